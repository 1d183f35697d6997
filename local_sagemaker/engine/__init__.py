"""Executions of pipelines: they start, cache, retry and stop steps."""
