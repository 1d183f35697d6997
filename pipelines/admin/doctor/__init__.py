"""Checks of what a run needs, each with the command that fixes it."""
