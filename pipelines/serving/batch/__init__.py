"""Batches: what ``python -m pipelines batch`` does, the same on AWS and here."""
