"""Endpoints: servers and data capture."""
