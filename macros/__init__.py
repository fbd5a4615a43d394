"""SQL that several models share, one macro a file."""
