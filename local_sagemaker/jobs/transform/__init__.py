"""Batch transform jobs: filters, records, requests and results."""
