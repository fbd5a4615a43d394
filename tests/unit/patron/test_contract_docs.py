"""docs/contracts.md explains every key, and its example is a contract."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml
from pydantic import BaseModel

from patron.contract_audits import audits
from patron.contracts import Contract
from patron.yaml_file import _models, checked
from tests.support.definitions import PROJECT

PAGE = PROJECT / "docs" / "contracts.md"


def keys(kind: type[BaseModel]) -> Iterator[str]:
    """Every key that may stand in a contract."""
    for name, field in kind.model_fields.items():
        yield name
        for inner in _models(field.annotation):
            yield from keys(inner)


def test_every_key_is_explained() -> None:
    explained = set(re.findall(r"`(\w+)`", PAGE.read_text("utf-8")))
    assert set(keys(Contract)) - explained == set()


def test_the_example_is_a_contract_with_the_audits_that_are_told() -> None:
    text = PAGE.read_text("utf-8")
    block = re.search(r"^```yaml\n(# What.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert block
    contract = checked(Contract, yaml.safe_load(block[1]), PAGE)
    assert [audit.name for audit in audits(contract)] == [
        "not_null",
        "unique_combination_of_columns",
        "accepted_range",
        "accepted_range",
        "no_gaps",
        "forall",
    ]


def test_the_audits_of_columns_are_those_of_the_page() -> None:
    rows = re.findall(r"^\| `.*: `(\w+)` \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    column = {
        "type": "TEXT",
        "required": True,
        "unique": True,
        "min": 1,
        "accepted_values": [1],
        "regex": "x",
        "references": "marts.x.id",
    }
    body = {
        "model": "marts.mart_x",
        "version": "1.0.0",
        "owner": "team",
        "grain": ["id"],
        "freshness": {"daily_by": "08:00"},
        "accuracy": {"statement": "Yes.", "audits": ["sums_agree"]},
        "availability": {"share": 1},
        "notice_days": {"breaking": 30},
        "columns": {"id": column},
    }
    found = [audit.name for audit in audits(checked(Contract, body, PAGE))]
    assert sorted(found) == sorted([*rows, "unique_combination_of_columns"])
