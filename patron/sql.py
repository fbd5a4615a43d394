"""Quoting for the places where SQL is put together from names."""

from __future__ import annotations


def identifier(*parts: str) -> str:
    """A quoted, dotted name: `identifier('raw', 'orders')` is `"raw"."orders"`."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def literal(text: str) -> str:
    """A quoted string, for the few statements that take no bound parameters."""
    return "'" + text.replace("'", "''") + "'"
