"""Tables: cells, totals, colours."""
