"""The command ``executions``, and what it prints."""
