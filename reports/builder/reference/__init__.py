"""The reference of the page language: every component with its props and an example."""
