"""The commands ``run`` and ``schedule``, and what they print."""
