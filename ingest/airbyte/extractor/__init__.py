"""Reads Airbyte connectors into DuckDB files; runs in Airbyte's environment, never in Patron's.

PyAirbyte finds out what a connector is, checks its settings, and knows its streams. What it reads
is taken from the connector itself, line by line, because PyAirbyte takes an early end for success,
passes over damaged lines, rounds numbers and leaves out fields that were not announced. Here a
stream counts when the connector says it is complete, ends with code 0, and reports no error.

Nothing here imports more of Patron than this package.
"""
