"""Answer requests with a CatBoost model, to the contract of the JumpStart models catboost-*-model."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import catboost
import numpy as np
import pandas as pd


def model_fn(model_dir: str) -> Any:
    """The model of the artifact."""
    kind = catboost.CatBoostRegressor if _task() == "regression" else catboost.CatBoostClassifier
    model = kind()
    model.load_model(str(Path(model_dir) / "model"), format="cbm")
    return model


def transform_fn(model: Any, input_data: str, content_type: str, accept: str) -> tuple[str, str]:
    """Predict for rows of CSV without header and label."""
    if content_type != "text/csv":
        raise ValueError(f'{{"error": "unsupported content type {content_type or "unknown"}"}}')
    rows = pd.read_csv(io.StringIO(input_data), header=None)
    rows.columns = pd.Index(model.feature_names_)
    categorical = [model.feature_names_[index] for index in model.get_cat_feature_indices()]
    rows = rows.astype(dict.fromkeys(categorical, str)) if categorical else rows
    if _task() == "regression":
        answer: dict[str, Any] = {"prediction": np.asarray(model.predict(rows)).tolist()}
    else:
        answer = {"probabilities": np.asarray(model.predict_proba(rows)).tolist()}
    return _encode(answer, accept)


def _task() -> str:
    return str(json.loads((Path(__file__).parent / "task.json").read_text(encoding="utf-8"))["task"])


def _encode(answer: dict[str, Any], accept: str) -> tuple[str, str]:
    kind, _, parameter = (part.strip() for part in accept.partition(";"))
    if kind != "application/json" or parameter not in ("", "verbose"):
        raise ValueError(f'{{"error": "unsupported accept type {accept}"}}')
    if parameter == "verbose" and "probabilities" in answer:
        answer["predicted_label"] = np.argmax(answer["probabilities"], axis=1).tolist()
    return json.dumps(answer), accept
