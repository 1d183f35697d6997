"""``boostpipe teardown``: takes away what this pipeline made, and nothing else."""
