"""What becomes of a registered version over time."""
