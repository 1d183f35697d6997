"""CatBoost, classification and regression."""
