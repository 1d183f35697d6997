"""``python -m pipelines.executions``: the executions of a pipeline, on AWS and on this machine."""
