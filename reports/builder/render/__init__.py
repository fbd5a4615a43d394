"""From a page's tree to HTML."""
