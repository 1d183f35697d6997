"""Answer requests with a LightGBM model, to the contract of the JumpStart models lightgbm-*-model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import answers  # type: ignore[import-not-found]  # packed beside this script
import joblib
import numpy as np


def model_fn(model_dir: str) -> Any:
    """The model of the artifact; its archive is the user's own, and joblib is the format that its contract names."""
    return joblib.load(Path(model_dir) / "model.pkl")


def transform_fn(model: Any, input_data: str, content_type: str, accept: str) -> tuple[str, str]:
    """Predict for rows of CSV without header and label."""
    rows = answers.read_rows(input_data, content_type, model.feature_name())
    predictions = np.asarray(model.predict(rows))
    if answers.task() == "classification" and predictions.ndim == 1:
        predictions = np.column_stack([1.0 - predictions, predictions])
    encoded: tuple[str, str] = answers.encode(predictions, accept)
    return encoded
