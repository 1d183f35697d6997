"""Preprocessing, which runs in the scikit-learn container."""
