"""The command ``endpoint``: its options, its actions, and what they print."""
