"""Answer requests with a LightGBM model like the JumpStart models lightgbm-*-model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import joblib
import numpy as np
import payloads  # type: ignore[import-not-found]  # packed beside this script


def model_fn(model_dir: str) -> Any:
    """Load the model; the archive is the user's own, and its contract requires joblib's format."""
    return joblib.load(Path(model_dir) / "model.pkl")


def transform_fn(model: Any, input_data: str, content_type: str, accept: str) -> tuple[str, str]:
    """Predict for rows of CSV without header and label."""
    rows = payloads.read_rows(input_data, content_type, model.feature_name())
    predictions = np.asarray(model.predict(rows))
    if payloads.task() == "classification" and predictions.ndim == 1:
        predictions = np.column_stack([1.0 - predictions, predictions])
    encoded: tuple[str, str] = payloads.encode(predictions, accept)
    return encoded
