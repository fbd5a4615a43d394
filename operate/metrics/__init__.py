"""What the numbers mean: shown, checked and kept as released."""
