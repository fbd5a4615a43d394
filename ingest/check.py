"""The contract as SQL: how a delivered column becomes a raw one, and what rejects a row.

A value is converted only when that loses nothing: `1.5` is no integer, `1.005` no decimal(18,2).
An empty text counts as no value, because CSV cannot tell them apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.contract import Column
from patron.sql import identifier, literal

INTEGERS = {
    f"{prefix}{name}"
    for name in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
    for prefix in ("", "U")
}
FLOATS = {"FLOAT", "DOUBLE"}
# The decimal digits that a float keeps, whatever they are.
FLOAT_DIGITS = {"FLOAT": 6, "DOUBLE": 15}
MOMENTS = {"TIMESTAMP", "TIMESTAMP WITH TIME ZONE"}
TRUE_WORDS = ("true", "t", "yes", "y", "1")
FALSE_WORDS = ("false", "f", "no", "n", "0")


@dataclass(frozen=True)
class Check:
    """One column of the contract over one column of the source.

    Attributes:
        column: The column of the contract.
        value: SQL over the source's columns giving the raw value, NULL where it cannot be read.
        broken: SQL over `value` (as `converted`) and the source's columns: true rejects the row.
        reason: SQL of the reason, to be used where `broken` holds.
        converted: The name under which `broken` and `reason` see the value.
    """

    column: Column
    value: str
    broken: str | None
    reason: str
    converted: str


def check(column: Column, source_type: str | None) -> Check:
    """The check of one column.

    Args:
        column: The column of the contract.
        source_type: DuckDB's type of the delivered column; None when it is not delivered.
    """
    converted = identifier(f"checked {column.name}")
    if source_type is None:
        return Check(column, f"CAST(NULL AS {column.sql_type})", None, "NULL", converted)
    reference, family = identifier(column.name), source_type.partition("(")[0]
    text = _as_text(reference, source_type)
    value = _value(column, reference, text, family)
    # Only a text can be there and still be no value; others need not become one to be looked at.
    present = text if family in ("VARCHAR", "JSON") else reference
    conditions = _conditions(
        column, text, converted, present, is_exact=_always_fits(column, source_type)
    )
    return Check(
        column=column,
        value=value,
        broken=" OR ".join(f"({condition})" for condition, _ in conditions) or None,
        reason="CASE " + " ".join(f"WHEN {c} THEN {r}" for c, r in conditions) + " END"
        if conditions
        else "NULL",
        converted=converted,
    )


def _as_text(reference: str, source_type: str) -> str:
    if source_type == "JSON":
        return f"NULLIF({reference} ->> '$', '')"
    if source_type == "VARCHAR":
        return f"NULLIF({reference}, '')"
    if source_type in FLOATS:
        # Whole numbers become floats where a column has gaps: the customer 17.0 is customer 17.
        return f"regexp_replace(CAST({reference} AS VARCHAR), '[.]0$', '')"
    return f"NULLIF(CAST({reference} AS VARCHAR), '')"


def _always_fits(column: Column, source_type: str) -> bool:
    """Whether every value of the type is one of the column, so that none need be looked at."""
    if column.kind == "decimal":
        found = re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", source_type)
        return bool(
            found
            and int(found[2]) <= column.scale
            and int(found[1]) - int(found[2]) <= column.precision - column.scale
        )
    if column.kind == "integer":
        return source_type in INTEGERS - {"UBIGINT", "HUGEINT", "UHUGEINT"}
    if column.kind == "boolean":
        return source_type == "BOOLEAN"
    return (column.kind == "timestamp" and source_type in MOMENTS) or (
        column.kind == "date" and source_type == "DATE"
    )


def _value(column: Column, reference: str, text: str, family: str) -> str:
    """SQL of the value: exact or NULL."""
    if column.kind == "text":
        return text
    if column.kind == "integer":
        return _integer(reference, text, family)
    if column.kind == "decimal":
        return _decimal(column, reference, text, family)
    if column.kind == "boolean":
        return reference if family == "BOOLEAN" else _boolean(text)
    if column.kind == "date":
        return _date(reference, text, family)
    return _timestamp(reference, text, family)


def _integer(reference: str, text: str, family: str) -> str:
    if family in INTEGERS:
        return f"TRY_CAST({reference} AS BIGINT)"
    if family == "DECIMAL" or family in FLOATS:
        return (
            f"CASE WHEN {reference} = trunc({reference}) THEN TRY_CAST({reference} AS BIGINT) END"
        )
    whole = f"regexp_full_match({text}, ' *[+-]?[0-9]+([.]0*)? *')"
    return f"CASE WHEN {whole} THEN TRY_CAST({text} AS BIGINT) END"


def _decimal(column: Column, reference: str, text: str, family: str) -> str:
    cast = f"TRY_CAST({reference} AS {column.sql_type})"
    if family in INTEGERS:
        return cast
    if family == "DECIMAL":
        return f"CASE WHEN {cast} = {reference} THEN {cast} END"
    exact = f"regexp_full_match({text}, ' *[+-]?[0-9]*[.]?[0-9]{{0,{column.scale}}}0* *')"
    if family in FLOATS:
        limit = 10 ** (FLOAT_DIGITS[family] - column.scale)
        exact = f"{exact} AND abs({reference}) < {limit}"
    return f"CASE WHEN {exact} THEN TRY_CAST({text} AS {column.sql_type}) END"


def _boolean(text: str) -> str:
    word = f"lower(trim({text}))"
    listed = [", ".join(map(literal, words)) for words in (TRUE_WORDS, FALSE_WORDS)]
    return (
        f"CASE WHEN {word} IN ({listed[0]}) THEN TRUE WHEN {word} IN ({listed[1]}) THEN FALSE END"
    )


def _date(reference: str, text: str, family: str) -> str:
    if family == "DATE":
        return reference
    moment = _timestamp(reference, text, family)
    return f"CASE WHEN {moment} = date_trunc('day', {moment}) THEN CAST({moment} AS DATE) END"


def _timestamp(reference: str, text: str, family: str) -> str:
    """UTC without zone: an offset is applied, a value without one is taken as UTC."""
    if family == "TIMESTAMP WITH TIME ZONE":
        return f"make_timestamp(epoch_us({reference}))"
    if family == "DATE" or family.startswith("TIMESTAMP"):
        return f"CAST({reference} AS TIMESTAMP)"
    zoned = f"regexp_matches(substr({text}, 12), '[+-]|[A-Za-z]{{2}}')"
    # DuckDB reads no space before an offset; many shops write one.
    joined = f"regexp_replace({text}, ' +([+-][0-9:]+) *$', '\\1')"
    shift = f"make_timestamp(epoch_us(TRY_CAST({joined} AS TIMESTAMPTZ)))"
    return f"CASE WHEN {zoned} THEN {shift} ELSE TRY_CAST({text} AS TIMESTAMP) END"


def _conditions(
    column: Column, text: str, value: str, present: str, *, is_exact: bool
) -> list[tuple[str, str]]:
    """What rejects a row, in order, with the SQL of the reason."""
    name = column.name
    found: list[tuple[str, str]] = []
    if column.required:
        found.append((f"{present} IS NULL", literal(f"missing {name}")))
    if column.kind != "text" and not is_exact:
        found.append((f"{value} IS NULL AND {present} IS NOT NULL", _unread_reason(column, text)))
    if column.kind in ("date", "timestamp"):
        # A zone is taken off by numbers, in which infinity is a number like others.
        moment = present if is_exact else value
        found.append((f"NOT isfinite({moment})", _unread_reason(column, text)))
    if column.values:
        listed = ", ".join(map(literal, column.values))
        reason = literal(f"{name} is not one of {', '.join(column.values)}")
        found.append((f"{value} NOT IN ({listed})", reason))
    if column.minimum is not None and column.maximum is not None:
        reason = literal(f"{name} is not between {column.minimum} and {column.maximum}")
        found.append((f"{value} NOT BETWEEN {column.minimum} AND {column.maximum}", reason))
    return found


def _unread_reason(column: Column, text: str) -> str:
    if column.kind != "decimal":
        article = "an" if column.kind == "integer" else "a"
        return literal(f"{column.name} is not {article} {column.kind}")
    number = f"regexp_full_match({text}, ' *[+-]?[0-9]*[.]?[0-9]+ *')"
    long = f"regexp_full_match({text}, '.*[.][0-9]{{{column.scale}}}[0-9]*[1-9]0* *')"
    return (
        f"CASE WHEN NOT {number} THEN {literal(f'{column.name} is not a number')} "
        f"WHEN {long} THEN {literal(f'{column.name} has more than {column.scale} decimals')} "
        f"ELSE {literal(f'{column.name} is too large')} END"
    )
