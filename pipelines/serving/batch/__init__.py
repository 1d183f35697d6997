"""Batch predictions, on AWS and locally."""
