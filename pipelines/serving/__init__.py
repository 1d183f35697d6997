"""Predictions: endpoints, batches, and both compared."""
