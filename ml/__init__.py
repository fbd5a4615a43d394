"""Predictions: features' consumers, models, registry and scoring.

Reads only the tables of the schema `ml`; see docs/predictions.md.
"""
