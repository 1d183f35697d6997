"""Deletion of everything that a pipeline created, and of nothing else."""
