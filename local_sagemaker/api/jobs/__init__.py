"""The operations on jobs: one file per kind, and what all kinds have in common."""
