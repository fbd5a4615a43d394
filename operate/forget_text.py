"""Taking persons out of texts: CSV, JSON and plain lines; what is not about them stays as it is."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

from operate.forget_people import Person
from operate.forget_values import Cleaner, names_somebody

_NUMBER = "\u0001"
_KEPT_NUMBER = re.compile(f'"{json.dumps(_NUMBER)[1:-1]}([^"]*)"'.replace("\\", "\\\\"))
_BOMS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
MAX_RECORD_LINES = 200
CSV_SUFFIXES = (".csv", ".tsv", ".txt")
JSON_SUFFIXES = (".json", ".ndjson", ".jsonl")
PLAIN_SUFFIXES = (".log",)
TEXT_SUFFIXES = CSV_SUFFIXES + JSON_SUFFIXES + PLAIN_SUFFIXES


def clean_stream(cleaner: Cleaner, suffix: str, source: IO[bytes], target: IO[bytes]) -> bool:
    """Copy a text file without persons; whether anything was different."""
    head = source.read(2)
    source.seek(0)
    if head in _BOMS:
        return _clean_wide(cleaner, suffix, source, target)
    if suffix in JSON_SUFFIXES:
        return _clean_json_lines(cleaner, source, target)
    if suffix in PLAIN_SUFFIXES:
        return _copy(target, ((line, clean_line(cleaner, line)) for line in source))
    return _clean_csv(cleaner, source, target)


def clean_line(cleaner: Cleaner, line: bytes) -> bytes:
    """A line of no particular form."""
    return line if not cleaner.may_hold(line) else _encoded(cleaner.text(_decoded(line)))


def clean_document(cleaner: Cleaner, text: str) -> str:
    """A JSON document, or whatever it is; unchanged, to the letter, where it holds nobody."""
    try:
        found = json.loads(text, parse_float=lambda number: f"{_NUMBER}{number}")
    except (ValueError, RecursionError):
        return cleaner.text(text)
    cleaned = clean_json(cleaner, found, None)
    if cleaned == found:
        return text
    written = json.dumps(cleaned, ensure_ascii=False, indent=2 if "\n" in text.strip() else None)
    return _KEPT_NUMBER.sub(r"\1", written)


def clean_json(cleaner: Cleaner, node: Any, inside: Person | None, name: str = "") -> Any:
    """A value of a JSON document; an object is of whom it is in, unless it names somebody else."""
    if isinstance(node, dict):
        person = cleaner.person_of(dict(_scalars(node)))
        if person is None and not names_somebody(node):
            person = inside
        return {key: clean_json(cleaner, value, person, key) for key, value in node.items()}
    if isinstance(node, list):
        return [clean_json(cleaner, value, inside, name) for value in node]
    return cleaner.value(name, node, inside)


def _scalars(node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The values of an object and of the objects in it, but not of lists."""
    for key, value in node.items():
        if isinstance(value, dict):
            yield from _scalars(value)
        elif not isinstance(value, list):
            yield key, value


def _clean_json_lines(cleaner: Cleaner, source: IO[bytes], target: IO[bytes]) -> bool:
    """One document per line, or one document on all lines."""
    first = next((line for line in source if line.strip()), b"")
    source.seek(0)
    if _is_document(first):
        return _copy(target, ((line, _clean_json_line(cleaner, line)) for line in source))
    whole = source.read()
    if not cleaner.may_hold(whole):
        return _copy(target, [(whole, whole)])
    return _copy(target, [(whole, _encoded(clean_document(cleaner, _decoded(whole))))])


def _clean_json_line(cleaner: Cleaner, line: bytes) -> bytes:
    if not cleaner.may_hold(line):
        return line
    content = line.rstrip(b"\r\n")
    return _encoded(clean_document(cleaner, _decoded(content))) + line[len(content) :]


def _is_document(line: bytes) -> bool:
    try:
        json.loads(_decoded(line))
    except (ValueError, RecursionError):
        return False
    return True


def _clean_csv(cleaner: Cleaner, source: IO[bytes], target: IO[bytes]) -> bool:
    records = _records(source)
    header = next(records, b"")
    text = _decoded(header).removeprefix("\ufeff")
    delimiter = max(",;\t|", key=text.count)
    names = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    target.write(header)
    return _copy(target, ((one, _clean_record(cleaner, names, delimiter, one)) for one in records))


def _records(source: IO[bytes]) -> Iterator[bytes]:
    """The records of a CSV file as they are written; a quoted value may span lines.

    Where a quote is never closed, each line is taken for a record.
    """
    pending: list[bytes] = []
    is_open = False
    for line in source:
        pending.append(line)
        is_open ^= line.count(b'"') % 2 == 1
        if not is_open:
            yield b"".join(pending)
            pending = []
        elif len(pending) > MAX_RECORD_LINES:
            yield from pending
            pending, is_open = [], False
    yield from pending


def _clean_record(cleaner: Cleaner, names: list[str], delimiter: str, record: bytes) -> bytes:
    if not cleaner.may_hold(record):
        return record
    content = record.rstrip(b"\r\n")
    fields = next(csv.reader(io.StringIO(_decoded(content), newline=""), delimiter=delimiter), [])
    columns = [*names, *("" for _ in fields[len(names) :])][: len(fields)]
    person = cleaner.person_of(_numbered(columns, fields))
    cleaned = [
        cleaner.value(name, field, person) for name, field in zip(columns, fields, strict=True)
    ]
    if cleaned == fields:
        return clean_line(cleaner, record) if cleaner.holds(_decoded(record)) else record
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator="").writerow(cleaned)
    return _encoded(written.getvalue()) + record[len(content) :]


def _numbered(columns: list[str], fields: list[str]) -> dict[str, str]:
    """Fields by name; names that occur twice, or not at all, count all the same."""
    return {
        name if name and columns.index(name) == place else f"{place}": field
        for place, (name, field) in enumerate(zip(columns, fields, strict=True))
    }


def _clean_wide(cleaner: Cleaner, suffix: str, source: IO[bytes], target: IO[bytes]) -> bool:
    """A file of UTF-16, by way of UTF-8."""
    before = source.read()
    after = io.BytesIO()
    text = before.decode("utf-16")
    if clean_stream(cleaner, suffix, io.BytesIO(text.encode()), after):
        return _copy(target, [(before, after.getvalue().decode().encode("utf-16"))])
    return _copy(target, [(before, before)])


def _copy(target: IO[bytes], pairs: Any) -> bool:
    changed = False
    for before, after in pairs:
        target.write(after)
        changed = changed or after != before
    return changed


def _decoded(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
