"""Reports: pages in Markdown (`pages/`), and the renderer that makes a static site of them."""
