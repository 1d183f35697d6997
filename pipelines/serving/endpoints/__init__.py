"""Endpoints: what ``python -m pipelines endpoint`` does, one API call after another, the same on AWS and here."""
