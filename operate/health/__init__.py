"""How the models themselves are doing."""
