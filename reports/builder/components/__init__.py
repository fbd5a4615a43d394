"""The components of the page language: one module each, found by `registry`."""
