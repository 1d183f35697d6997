"""Hyperparameter tuning: ranges, search and training jobs."""
