"""Evaluation: what runs inside the evaluation container."""
