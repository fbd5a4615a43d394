"""What an erasure under way has to know, so that a kill at any moment can be made good.

While it exists it names the persons in clear, readable by its owner alone; it is gone at the end.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from operate.forget_people import Person
from patron.durable import flush
from patron.shop import Shop

JOURNAL_FILE = ".erasure.json"


def journal_path(shop: Shop) -> Path:
    """Where the journal is while an erasure is unfinished."""
    return shop.data / JOURNAL_FILE


def is_unfinished(shop: Shop) -> bool:
    """Whether an erasure was begun and not finished."""
    return journal_path(shop).exists()


def read_journal(shop: Shop) -> list[Person]:
    """The persons of an unfinished erasure."""
    path = journal_path(shop)
    if not path.exists():
        return []
    return [Person(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]


def write_journal(shop: Shop, people: Sequence[Person]) -> None:
    """Note whom to forget, on the disk, before anything is changed."""
    path = journal_path(shop)
    draft = path.with_name(f"{path.name}.tmp")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump([asdict(person) for person in people], file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    flush(path.parent)


def close_journal(shop: Shop) -> None:
    """Forget the persons here too."""
    path = journal_path(shop)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.write(b" " * size)
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    path.with_name(f"{path.name}.tmp").unlink(missing_ok=True)
    flush(path.parent)
