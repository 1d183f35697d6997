"""Features of files of any size, one chunk of rows at a time."""
