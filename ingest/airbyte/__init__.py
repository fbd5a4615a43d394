"""Airbyte connectors, run in environments of their own: installing, extracting, remembering."""
