"""What the workflow knows of a table: a data set file in TOML (see docs/dataset-file.md)."""
