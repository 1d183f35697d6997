"""The HTTP server of inference containers."""
