"""Charts: rows to marks, marks to a Vega-Lite specification, that to a small SVG in CSS colours."""
