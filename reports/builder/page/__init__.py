"""A page's source text and its tree."""
