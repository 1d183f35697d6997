"""Executions, candidates and registered versions in an MLflow tracking server."""
