"""Preprocessing: what runs inside the SKLearn container."""
