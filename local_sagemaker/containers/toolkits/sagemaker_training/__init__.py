"""The training toolkit's environment."""
