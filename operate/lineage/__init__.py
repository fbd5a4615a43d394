"""What is made of what: models, columns, metrics and pages, and what a change would reach."""
