"""The inputs of a page: what a reader may choose, and what is chosen while the page is built."""
