"""Comparison of real-time and batch predictions, on AWS and locally."""
