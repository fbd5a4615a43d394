"""One SELECT over files of one kind, everything as it is written, nothing guessed.

CSV and JSON values come as text: the contract converts them, so that one odd value rejects its row
and not the file. CSV headers are read here, so DuckDB never has to guess where a file begins.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import IO, cast

import duckdb

from ingest.configs import FileConfig
from patron.errors import PatronError
from patron.sql import identifier, literal
from patron.warehouse import first_line

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".json": "json",
    ".ndjson": "json",
    ".jsonl": "json",
}
SUFFIXES = tuple(FORMATS) + tuple(f"{suffix}.gz" for suffix in FORMATS if suffix != ".parquet")
REJECT_SCANS = "ingest_reject_scans"
REJECT_ERRORS = "ingest_reject_errors"
PYTHON_ENCODINGS = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "latin-1": "latin-1"}


def select_files(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Path], config: FileConfig, where: str
) -> str:
    """A SELECT of all rows of the files, in their order.

    Args:
        connection: Used to look into Parquet and JSON files.
        files: At least one; all of one format.
        config: How to read them.
        where: The declaration, for messages.
    """
    found = {config.format or file_format(path, where) for path in files}
    if len(found) > 1:
        raise PatronError(
            f"files of different formats under one name: {', '.join(sorted(found))}",
            where=where,
            remedy="use one pattern per format",
        )
    kind = found.pop()
    if kind == "csv":
        return _select_csv(files, config)
    query = f"SELECT * FROM read_parquet({_listed(files)}, union_by_name = true)"
    try:
        if kind == "parquet":
            connection.execute(f"DESCRIBE {query}")
            return query
        return _select_json(connection, files)
    except duckdb.Error as error:
        raise PatronError(
            f"cannot read the file as {kind}: {first_line(error)}",
            where=", ".join(map(str, files[:3])),
            remedy="check that it is complete and of that format",
        ) from error


def file_format(path: Path, where: str) -> str:
    """The format that a file's name stands for."""
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    kind = FORMATS.get(suffixes[-1]) if suffixes else None
    if kind is None:
        raise PatronError(
            f"cannot tell the format of {path.name}",
            where=where,
            remedy="add 'format: csv', 'format: parquet' or 'format: json'",
        )
    return kind


def _select_csv(files: Sequence[Path], config: FileConfig) -> str:
    """Files with the same header are read together, others are lined up by column name."""
    headers = [(path, *_header(path, config)) for path in files]
    parts = [
        _read_csv([path for path, _, _ in group], names, delimiter, config)
        for (names, delimiter), group in groupby(headers, key=lambda entry: (entry[1], entry[2]))
    ]
    return " UNION ALL BY NAME ".join(parts)


def _read_csv(
    files: Sequence[Path], names: tuple[str, ...], delimiter: str, config: FileConfig
) -> str:
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    options = {
        "columns": f"{{{columns}}}",
        "auto_detect": "false",
        "header": "true",
        "delim": literal(delimiter),
        "quote": literal(config.quote),
        "escape": literal(config.quote),
        "encoding": literal(config.encoding),
        "store_rejects": "true",
        "rejects_scan": literal(REJECT_SCANS),
        "rejects_table": literal(REJECT_ERRORS),
    }
    if config.null_text is not None:
        options["nullstr"] = f"['', {literal(config.null_text)}]"
    listed = ", ".join(f"{name} = {value}" for name, value in options.items())
    return f"SELECT * FROM read_csv({_listed(files)}, {listed})"


def _header(path: Path, config: FileConfig) -> tuple[tuple[str, ...], str]:
    """The column names and the delimiter of a CSV file."""
    try:
        with _opened(path, PYTHON_ENCODINGS[config.encoding]) as file:
            first = file.readline()
            delimiter = config.delimiter or max(",;\t|", key=first.count)
            file.seek(0)
            if config.quote:
                rows = csv.reader(file, delimiter=delimiter, quotechar=config.quote)
            else:
                rows = csv.reader(file, delimiter=delimiter, quoting=csv.QUOTE_NONE)
            names = next(rows, [])
    except (UnicodeError, OSError, EOFError, csv.Error) as error:
        raise PatronError(
            f"cannot read the file: {error}", where=str(path), remedy="check or export it again"
        ) from error
    if any("\ufffd" in name for name in names):
        raise PatronError(
            f"the header is not {config.encoding}: {delimiter.join(names)}",
            where=str(path),
            remedy="set 'encoding' of the file to latin-1 or utf-16",
        )
    if not any(name.strip() for name in names):
        raise PatronError(
            "the file is empty: it has no header line",
            where=str(path),
            remedy="export it again, or remove it",
        )
    return _unique(path, names), delimiter


def _unique(path: Path, names: list[str]) -> tuple[str, ...]:
    named = tuple(name.strip() or f"column_{i}" for i, name in enumerate(names, start=1))
    lowered = [name.lower() for name in named]
    for name in named:
        if lowered.count(name.lower()) > 1:
            raise PatronError(
                f"the column '{name}' occurs twice in the header",
                where=str(path),
                remedy="name the columns differently in the export",
            )
    return named


def _opened(path: Path, encoding: str) -> IO[str]:
    if path.suffix.lower() == ".gz":
        return cast(
            "IO[str]", gzip.open(path, "rt", encoding=encoding, errors="replace", newline="")
        )
    return path.open(encoding=encoding, errors="replace", newline="")


def _select_json(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> str:
    listed = _listed(files)
    guessed = connection.execute(
        f"DESCRIBE SELECT * FROM read_json({listed}, union_by_name = true, sample_size = -1)"
    ).fetchall()
    columns = ", ".join(
        f"{literal(name)}: '{'JSON' if kind.endswith((')', ']', 'JSON')) else 'VARCHAR'}'"
        for name, kind, *_ in guessed
    )
    return f"SELECT * FROM read_json({listed}, columns = {{{columns}}})"


def _listed(files: Sequence[Path]) -> str:
    return "[" + ", ".join(literal(str(path)) for path in files) + "]"


def unreadable_lines() -> str:
    """The lines that the last reads could not split into columns, each once."""
    text = "COALESCE(arg_min(e.csv_line, e.column_idx), '')"
    reason = "arg_min(e.error_type, e.column_idx)"
    name = "parse_filename(s.file_path)"
    return f"""
        SELECT {name} || ':' || e.line AS row_key,
               'unreadable line: ' || lower(CAST({reason} AS VARCHAR)) AS reason,
               to_json({{'file': {name}, 'line': {text}}}) AS row_json
        FROM {identifier(REJECT_ERRORS)} AS e
        JOIN {identifier(REJECT_SCANS)} AS s USING (scan_id, file_id)
        GROUP BY s.file_path, e.line
    """
