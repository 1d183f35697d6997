"""Endpoints: servers, data capture and scaling."""
