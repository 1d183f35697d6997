"""Measurements of candidates: metrics, calibration, slices, explanations, and cost."""
