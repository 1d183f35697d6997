"""Registered models: versions, features and probabilities."""
