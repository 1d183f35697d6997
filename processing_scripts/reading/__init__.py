"""Reading of text tables: encoding, separator, rows, and numbers."""
