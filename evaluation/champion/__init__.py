"""The registered model that a new one must not fall behind: found, run by its own code, and compared."""
