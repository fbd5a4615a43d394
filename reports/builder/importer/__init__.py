"""Reading a project of the classic dialect: what of it builds here, and what is in the way."""
