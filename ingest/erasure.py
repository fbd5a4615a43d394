"""Erased customers stay erased: whatever a source delivers of them arrives under a pseudonym.

Who was erased is known by salted hashes alone, in `raw.erasures`. The salt is a file of the shop.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass

import duckdb

from ingest.contract import Table
from ingest.stage import PRESENT, STAGED
from patron.durable import flush
from patron.errors import PatronError
from patron.shop import Shop
from patron.sql import identifier, literal

KEY_FILE = "erasure.key"
KEY_BYTES = 32
PREFIX = "erased-"
PSEUDONYM_DIGITS = 24
CUSTOMER = "customer_id"
CONSENT = "marketing_consent"
ERASED = identifier("temp", "ingest_erased")
MENTIONS = identifier("temp", "ingest_erased_mentions")
# Session variable with the salt; unset while nobody was erased.
SALT = "patron_erasure_salt"
_WORDS = r"[^\w@.+-]+"


@dataclass(frozen=True)
class Pseudonyms:
    """Pseudonyms of one shop: the same for the same customer, and leading back to nobody."""

    salt: str

    def hash_of(self, value: str) -> str:
        """The salted hash of an id or an e-mail address."""
        return hashlib.sha256((self.salt + value).encode()).hexdigest()

    def of(self, customer_id: str) -> str:
        """The pseudonym of a customer."""
        return PREFIX + self.hash_of(customer_id)[:PSEUDONYM_DIGITS]


def read_key(shop: Shop) -> Pseudonyms:
    """The shop's salt.

    Raises:
        PatronError: If it is lost: then erased customers would be taken for new ones.
    """
    path = shop.data / KEY_FILE
    try:
        salt = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        salt = ""
    if len(salt) != 2 * KEY_BYTES:
        raise PatronError(
            "the key by which erased customers are recognised is missing, so nothing is loaded",
            where=str(path),
            remedy="restore the file from a backup; without it sources bring erased persons back",
        )
    return Pseudonyms(salt)


def ensure_key(shop: Shop, connection: duckdb.DuckDBPyConnection) -> Pseudonyms:
    """The shop's salt, made at the first erasure. Callers hold the writer lock."""
    path = shop.data / KEY_FILE
    if not path.exists() and not has_erasures(connection):
        draft = path.with_name(f".{KEY_FILE}.tmp")
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        flush(shop.data)
    return read_key(shop)


def has_erasures(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether anybody was ever erased."""
    return bool(connection.execute("SELECT 1 FROM raw.erasures LIMIT 1").fetchall())


def prepare(shop: Shop, connection: duckdb.DuckDBPyConnection) -> None:
    """Make a connection recognise erased customers."""
    if has_erasures(connection):
        set_salt(connection, read_key(shop))
    else:
        connection.execute(f"RESET VARIABLE {SALT}")


def set_salt(connection: duckdb.DuckDBPyConnection, pseudonyms: Pseudonyms) -> None:
    """Let SQL on this connection compute hashes and `erased_json`."""
    connection.execute(f"SET VARIABLE {SALT} = {literal(pseudonyms.salt)}")


def erase_staged(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Put the pseudonym in place of erased customers in the staged rows and present keys."""
    if not has_erasures(connection):
        return
    if not connection.execute(f"SELECT getvariable('{SALT}') IS NOT NULL").fetchall()[0][0]:
        raise RuntimeError("customers were erased and the connection was not prepared for it")
    if CUSTOMER in table.column_names:
        _erase_rows(connection, table)
    _erase_mentions(connection, table)


def erase_present(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """The same for the keys that a source has: else an erased customer would count as deleted."""
    if CUSTOMER in table.primary_key and has_erasures(connection) and _find(connection, PRESENT):
        connection.execute(
            f"UPDATE {PRESENT} AS present SET {CUSTOMER} = erased.pseudonym "
            f"FROM {ERASED} AS erased WHERE present.{CUSTOMER} = erased.{CUSTOMER}"
        )


def personal_values(table: Table) -> dict[str, str]:
    """What an erased customer's row has in the columns that are about the person."""
    values = {column.name: "NULL" for column in table.columns if column.personal}
    return values | ({CONSENT: "FALSE"} if CONSENT in table.column_names else {})


def erased_key(table: Table, key: str, pseudonym: str) -> str:
    """SQL of a refused row's key without the customer's id."""
    return pseudonym if table.primary_key == (CUSTOMER,) else key


def erased_json(table: Table, key: str, document: str, pseudonym: str) -> str:
    """SQL of what is kept of a refused row: whose it was, and a hash that tells rows apart.

    The hash is over the key and what is not about the person, so that the same row delivered again,
    also from a file that was cleaned, is found to be the same.

    Args:
        table: The raw table it was meant for.
        key: SQL of its key, as `erased_key` gives it.
        document: SQL of its content as JSON.
        pseudonym: SQL of the customer's pseudonym.
    """
    kept = [
        f"COALESCE(CAST({document} AS JSON) ->> {literal(column.name)}, '')"
        for column in table.columns
        if not column.personal and column.name not in (CUSTOMER, CONSENT)
    ]
    parts = ", ".join([f"getvariable('{SALT}')", f"COALESCE({key}, '')", *kept])
    digest = f"substr(sha256(concat_ws('|', {parts})), 1, {PSEUDONYM_DIGITS})"
    return f"CAST(to_json({{'{CUSTOMER}': {pseudonym}, 'erased': {digest}}}) AS VARCHAR)"


def _erase_rows(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    if not _find(connection, STAGED):
        return
    key = erased_key(table, "staged._row_key", "erased.pseudonym")
    document = erased_json(table, key, "staged._row_json", "erased.pseudonym")
    assigned = {
        CUSTOMER: "erased.pseudonym",
        **personal_values(table),
        "_row_key": f"CASE WHEN _reason IS NOT NULL THEN {key} END",
        "_row_json": f"CASE WHEN _reason IS NOT NULL THEN {document} END",
    }
    listed = ", ".join(f"{identifier(name)} = {value}" for name, value in assigned.items())
    connection.execute(
        f"UPDATE {STAGED} AS staged SET {listed} FROM {ERASED} AS erased "
        f"WHERE staged.{CUSTOMER} = erased.{CUSTOMER}"
    )


def _find(connection: duckdb.DuckDBPyConnection, relation: str) -> bool:
    """Collect the erased customers in a relation; each id is hashed once."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE ingest_erased AS
        SELECT delivered.{CUSTOMER}, erasures.pseudonym
        FROM (SELECT DISTINCT {CUSTOMER} FROM {relation}) AS delivered
        JOIN raw.erasures AS erasures
          ON sha256(getvariable('{SALT}') || delivered.{CUSTOMER}) = erasures.customer_hash
        UNION
        SELECT pseudonym, pseudonym FROM raw.erasures
        """
    )
    matched = f"SELECT 1 FROM {relation} JOIN {ERASED} USING ({CUSTOMER}) LIMIT 1"
    return bool(connection.execute(matched).fetchall())


def _erase_mentions(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Refused rows without a readable customer id, and lines that could not be read at all."""
    lacks_id = f"staged.{CUSTOMER} IS NULL" if CUSTOMER in table.column_names else "TRUE"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE ingest_erased_mentions AS
        WITH words AS (
          SELECT rowid AS staged_row, unnest(regexp_split_to_array(_row_json, '{_WORDS}')) AS word
          FROM {STAGED} AS staged WHERE _reason IS NOT NULL AND {lacks_id}
        ), telling AS (
          SELECT DISTINCT word, sha256(getvariable('{SALT}') || word) AS word_hash,
                 sha256(getvariable('{SALT}') || lower(word)) AS email_hash
          FROM words WHERE {telling("word")}
        ), erased AS (
          SELECT word, pseudonym FROM telling JOIN raw.erasures ON customer_hash = word_hash
          UNION ALL
          SELECT word, pseudonym FROM telling
          JOIN raw.erasures AS erasures ON erasures.email_hash = telling.email_hash
          UNION ALL
          SELECT word, pseudonym FROM telling JOIN raw.erasures ON pseudonym = word
        )
        SELECT words.staged_row, min(erased.pseudonym) AS pseudonym
        FROM words JOIN erased USING (word)
        GROUP BY words.staged_row
        """
    )
    document = erased_json(table, "staged._row_key", "staged._row_json", "mentions.pseudonym")
    connection.execute(
        f"UPDATE {STAGED} AS staged SET _row_json = {document} FROM {MENTIONS} AS mentions "
        "WHERE staged.rowid = mentions.staged_row"
    )


def telling(word: str) -> str:
    """SQL: whether a word is no mere number or short code that may stand for anything."""
    return f"length({word}) >= 9 OR (length({word}) >= 6 AND regexp_matches({word}, '[^0-9]'))"
