"""Inspection of a table: how its files are read, and the types and facts of its columns."""
