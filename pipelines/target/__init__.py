"""Where the work runs, on AWS or locally, and what a command knows of it."""
