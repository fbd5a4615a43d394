"""From a column, its values and the wanted format to a function that writes values."""

from reports.builder.formats.resolve import MISSING, Format, Formatter, suffix_tag

__all__ = ["MISSING", "Format", "Formatter", "suffix_tag"]
