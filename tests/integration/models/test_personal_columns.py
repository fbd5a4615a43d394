"""What the contract calls personal is what other environments hide."""

from __future__ import annotations

import re

from ingest.contract import load_contract
from tests.support.definitions import PROJECT


def test_the_masked_columns_are_those_that_the_contract_calls_personal() -> None:
    text = (PROJECT / "models" / "staging" / "stg_customers.sql").read_text(encoding="utf-8")
    (masked,) = re.findall(r"@mask_personal\((.*?)\)", text, flags=re.DOTALL)
    personal = {
        (table.name, column.name)
        for table in load_contract().tables
        for column in table.columns
        if column.personal
    }
    assert {("customers", name.strip()) for name in masked.split(",")} == personal
