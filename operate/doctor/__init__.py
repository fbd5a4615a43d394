"""Examining an installation and a shop: what is wrong, and what to do about it."""
