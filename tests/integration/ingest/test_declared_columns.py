"""Columns that a file is declared to have are there, whatever it holds and without it."""

from __future__ import annotations

import pytest

from ingest.run import ingest_all
from patron.errors import PatronError

DECLARED = """
sources:
  files:
    loader: files
    path: exports
    files:
      clients: {path: clients.csv, optional: true, columns: [Number, CITY, "Zip code"]}
      regions: {path: regions.csv, optional: true, columns: [city, region]}
    streams:
      customers: |
        SELECT number AS customer_id, city, "Zip code" AS postal_code, region AS state,
               '2024-01-01' AS created_at, '2024-01-01' AS updated_at
        FROM clients LEFT JOIN regions USING (city)
"""
CUSTOMERS = "SELECT customer_id, city, postal_code, state FROM raw.customers ORDER BY 1"


def test_columns_and_files_that_are_missing_are_empty(shop, exports, declare, query) -> None:
    declare(DECLARED)
    (nothing,) = ingest_all(shop)
    assert nothing.rows_read == 0
    (exports / "clients.csv").write_text("number,City\n1,Bonn\n2,\n3,Rome,too many\n")
    (load,) = ingest_all(shop)
    assert (load.rows_inserted, load.rows_rejected) == (2, 1)
    assert query(CUSTOMERS) == [("1", "Bonn", None, None), ("2", None, None, None)]
    (exports / "clients.csv").write_text("zip code,number,city\n53111,1,Bonn\n,2,\n")
    (exports / "regions.csv").write_text("city,region\nBonn,NW\n")
    assert ingest_all(shop)[0].rows_updated == 1
    assert query(CUSTOMERS) == [("1", "Bonn", "53111", "NW"), ("2", None, None, None)]


def test_a_file_that_is_not_optional_has_to_be_there(shop, exports, declare) -> None:
    declare(DECLARED.replace("clients.csv, optional: true", "clients.csv"))
    with pytest.raises(PatronError, match=r"no file matches 'clients\.csv'"):
        ingest_all(shop)


def test_a_file_without_declared_columns_is_absent(shop, exports, declare) -> None:
    declare(DECLARED.replace(", columns: [city, region]", ""))
    (exports / "clients.csv").write_text("number,city,zip code\n1,Bonn,53111\n")
    (load,) = ingest_all(shop)
    assert (load.status, load.rows_read) == ("absent", 0)
