"""The renderer: Markdown pages with queries and components in, one HTML file per page out."""
