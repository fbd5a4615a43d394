"""Contracts: their checks as audits of models, their releases, and what a change breaks."""
