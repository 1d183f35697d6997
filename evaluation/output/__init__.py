"""The files that an evaluation writes, except for the page and the pictures."""
