"""Hyperparameter tuning: the ranges, the search through them, and the training jobs that it makes."""
