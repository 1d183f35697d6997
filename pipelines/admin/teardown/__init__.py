"""``python -m pipelines teardown``: takes away what this pipeline made, and nothing else."""
