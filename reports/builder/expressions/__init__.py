"""The expressions of pages: a small, safe subset of JavaScript, evaluated without `eval`."""
