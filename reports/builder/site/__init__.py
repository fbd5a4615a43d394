"""From the folder of pages to the folder of HTML files."""
