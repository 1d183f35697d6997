"""LightGBM, classification and regression."""
