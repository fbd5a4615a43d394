"""Built pages as documents of other kinds: one file of several, PDF, e-mail."""
