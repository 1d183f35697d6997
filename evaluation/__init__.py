"""The evaluation job: rank the trained candidates, select one, and report why."""
