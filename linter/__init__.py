"""The house rules as lint rules: what a tool can check is not argued about."""
