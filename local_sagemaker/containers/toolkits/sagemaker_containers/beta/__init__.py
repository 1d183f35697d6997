"""Where the framework's part is."""
