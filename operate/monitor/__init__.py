"""Watching a shop: checks with their findings, alerts to people, and the record of both."""
