"""The persons to be forgotten: what is known of them, and what others may share with them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import duckdb

from ingest.contract import load_contract
from ingest.erasure import CUSTOMER, PREFIX, Pseudonyms
from patron.sql import identifier

GUEST = "guest"
NAMES = ("first_name", "last_name")
CONTACTS = ("email", "phone")
MIN_PHONE_DIGITS = 7
MIN_TELLING = 6
MIN_TELLING_NUMBER = 9
EMAIL_DOMAIN = "erased.invalid"


@dataclass(frozen=True)
class Person:
    """Somebody to be forgotten.

    Attributes:
        customer_id: The shop's own id.
        pseudonym: What stands for the customer from now on.
        requested_at: When it was asked for, ISO.
        values: What is known, by column of the contract; contact data that other customers have
            too are left out, because they lead to those as well.
    """

    customer_id: str
    pseudonym: str
    requested_at: str
    values: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def emails(self) -> frozenset[str]:
        """Addresses, in lower case."""
        return frozenset(value.strip().casefold() for value in self.values.get("email", ()))

    @cached_property
    def phones(self) -> frozenset[str]:
        """Telephone numbers, digits only."""
        found = (digits(value) for value in self.values.get("phone", ()))
        return frozenset(number for number in found if len(number) >= MIN_PHONE_DIGITS)

    @cached_property
    def names(self) -> frozenset[str]:
        """Given name, family name and both, in lower case."""
        first, last = (
            [value.strip().casefold() for value in self.values.get(column, ())] for column in NAMES
        )
        both = [text for one in first for two in last for text in (f"{one} {two}", f"{two}, {one}")]
        return frozenset(name for name in (*first, *last, *both) if name)

    @cached_property
    def id_tells(self) -> bool:
        """Whether the id can be told from an amount or another number wherever it stands."""
        is_number = self.customer_id.isdigit()
        return len(self.customer_id) >= (MIN_TELLING_NUMBER if is_number else MIN_TELLING)

    @property
    def is_numbered(self) -> bool:
        """Whether the shop's ids are plain numbers."""
        return self.customer_id.isdigit()

    @property
    def email_pseudonym(self) -> str:
        """Stands for the address where files are joined by it."""
        return f"{self.pseudonym}@{EMAIL_DOMAIN}"

    @property
    def other_ids(self) -> tuple[str, ...]:
        """Ids that a query makes of the address, as it will make them of its pseudonym."""
        return tuple(
            self.customer_id.removesuffix(digest(email)) + digest(self.email_pseudonym)
            for email in self.emails
            if self.customer_id.endswith(digest(email))
        )

    @cached_property
    def needles(self) -> tuple[str, ...]:
        """Texts, in lower case, that lead to nobody else."""
        phones = {value.strip().casefold() for value in self.values.get("phone", ())}
        told = {text for text in phones if len(digits(text)) >= MIN_PHONE_DIGITS} | self.phones
        own = {self.customer_id.casefold()} if self.id_tells and not self.is_numbered else set()
        return tuple(sorted(self.emails | told | own))


def digest(text: str) -> str:
    """What SQL's `md5` gives."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def digits(text: str) -> str:
    """The digits of a text."""
    return re.sub(r"\D", "", text)


def find_people(
    connection: duckdb.DuckDBPyConnection, pseudonyms: Pseudonyms, asked: dict[str, datetime]
) -> list[Person]:
    """What the warehouse knows of some customers."""
    known: dict[str, dict[str, set[str]]] = {customer: {} for customer in asked}
    for table, columns in _personal_tables(connection):
        _collect(connection, table, columns, known)
    _collect_refused(connection, known)
    return [
        Person(
            customer,
            pseudonyms.of(customer),
            asked[customer].isoformat(sep=" "),
            {column: sorted(values) for column, values in found.items()},
        )
        for customer, found in known.items()
    ]


def shared_contacts(
    connection: duckdb.DuckDBPyConnection, people: Sequence[Person]
) -> dict[str, list[str]]:
    """Contact data that other customers have too, with the ids of these."""
    wanted = {
        "email": {email for person in people for email in person.emails},
        "phone": {phone for person in people for phone in person.phones},
    }
    ids = [person.customer_id for person in people]
    found: dict[str, list[str]] = {}
    for column, values in wanted.items():
        text = (
            "lower(trim(email))" if column == "email" else r"regexp_replace(phone, '\D', '', 'g')"
        )
        for value, customer in connection.execute(
            f"SELECT {text}, {CUSTOMER} FROM raw.customers WHERE {text} IN ? "
            f"AND {CUSTOMER} NOT IN ? ORDER BY ALL",
            [sorted(values), ids],
        ).fetchall():
            found.setdefault(value, []).append(customer)
    return found


def without(person: Person, shared: Iterable[str]) -> Person:
    """The person without contact data that others have too."""
    dropped = set(shared)
    values = {
        column: [
            value
            for value in found
            if column not in CONTACTS or not {value.strip().casefold(), digits(value)} & dropped
        ]
        for column, found in person.values.items()
    }
    return Person(person.customer_id, person.pseudonym, person.requested_at, values)


def known_ids(connection: duckdb.DuckDBPyConnection, asked: Sequence[str]) -> set[str]:
    """Those of some ids that occur in raw tables."""
    tables = [table for table in load_contract().tables if CUSTOMER in table.column_names]
    union = " UNION ALL ".join(
        f"SELECT {CUSTOMER} FROM {identifier('raw', table.name)} WHERE {CUSTOMER} IN $asked"
        for table in tables
    )
    rows = connection.execute(f"SELECT DISTINCT {CUSTOMER} FROM ({union})", {"asked": list(asked)})
    return {row[0] for row in rows.fetchall()}


def all_ids(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Every customer id that occurs in raw tables."""
    tables = [table for table in load_contract().tables if CUSTOMER in table.column_names]
    union = " UNION ".join(
        f"SELECT {CUSTOMER} FROM {identifier('raw', table.name)}" for table in tables
    )
    rows = connection.execute(f"SELECT {CUSTOMER} FROM ({union}) WHERE {CUSTOMER} IS NOT NULL")
    return [row[0] for row in rows.fetchall()]


def waiting_requests(connection: duckdb.DuckDBPyConnection) -> dict[str, datetime]:
    """Customers who asked to be erased and are not yet, with the time they asked."""
    rows = connection.execute(
        f"SELECT {CUSTOMER}, requested_at FROM raw.erasure_requests "
        f"WHERE NOT starts_with({CUSTOMER}, '{PREFIX}') AND {CUSTOMER} <> '{GUEST}' "
        f"ORDER BY requested_at, {CUSTOMER}"
    )
    return dict(rows.fetchall())


def _personal_tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, list[str]]]:
    """The tables, of any environment and age, with personal columns."""
    personal = [c.name for t in load_contract().tables for c in t.columns if c.personal]
    rows = connection.execute(
        """
        SELECT schema_name, table_name, list(column_name ORDER BY column_index) AS columns
        FROM duckdb_columns() JOIN duckdb_tables() USING (database_name, schema_name, table_name)
        WHERE database_name = current_database() AND column_name IN ?
          AND (column_name <> 'customer_id' OR data_type = 'VARCHAR')
        GROUP BY ALL HAVING list_contains(columns, ?)
        """,
        [[CUSTOMER, *personal], CUSTOMER],
    ).fetchall()
    return [
        (identifier(schema, table), [name for name in columns if name != CUSTOMER])
        for schema, table, columns in rows
        if len(columns) > 1
    ]


def _collect(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: list[str],
    known: dict[str, dict[str, set[str]]],
) -> None:
    listed = ", ".join(f"CAST({identifier(column)} AS VARCHAR)" for column in columns)
    rows = connection.execute(
        f"SELECT {CUSTOMER}, {listed} FROM {table} WHERE {CUSTOMER} IN ?", [list(known)]
    ).fetchall()
    for customer, *values in rows:
        _keep(known[customer], dict(zip(columns, values, strict=True)))


def _collect_refused(
    connection: duckdb.DuckDBPyConnection, known: dict[str, dict[str, set[str]]]
) -> None:
    """Refused versions of the customers' own rows."""
    table = load_contract().table("customers")
    personal = [column.name for column in table.columns if column.personal]
    listed = ", ".join(f"TRY_CAST(row_json AS JSON) ->> '{name}'" for name in personal)
    rows = connection.execute(
        f"SELECT TRY_CAST(row_json AS JSON) ->> '{CUSTOMER}' AS customer, {listed} "
        "FROM raw.rejected_rows WHERE stream = ? AND customer IN ?",
        [table.name, list(known)],
    ).fetchall()
    for customer, *values in rows:
        _keep(known[customer], dict(zip(personal, values, strict=True)))


def _keep(found: dict[str, set[str]], values: dict[str, str | None]) -> None:
    for column, value in values.items():
        if value and value.strip():
            found.setdefault(column, set()).add(value)
