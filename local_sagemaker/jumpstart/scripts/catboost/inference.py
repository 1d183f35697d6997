"""Answer requests with a CatBoost model like the JumpStart models catboost-*-model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import catboost
import payloads  # type: ignore[import-not-found]  # packed beside this script


def model_fn(model_dir: str) -> Any:
    """Load the model."""
    kind = catboost.CatBoostRegressor if payloads.task() == "regression" else catboost.CatBoostClassifier
    model = kind()
    model.load_model(str(Path(model_dir) / "model"), format="cbm")
    return model


def transform_fn(model: Any, input_data: str, content_type: str, accept: str) -> tuple[str, str]:
    """Predict for rows of CSV without header and label."""
    rows = payloads.read_rows(input_data, content_type, model.feature_names_)
    categorical = [model.feature_names_[index] for index in model.get_cat_feature_indices()]
    rows = rows.astype(dict.fromkeys(categorical, str)) if categorical else rows
    predict = model.predict if payloads.task() == "regression" else model.predict_proba
    encoded: tuple[str, str] = payloads.encode(predict(rows), accept)
    return encoded
