"""Tuning jobs: their history, and the comparison of tuned with untuned models."""
