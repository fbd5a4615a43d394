"""Backing a shop up into one archive, and bringing it back."""
