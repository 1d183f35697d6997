"""What the LightGBM and the CatBoost inference scripts share: their requests and the form of their answers."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


def task() -> str:
    """What was learned: classification or regression, as the archive of this script says."""
    return str(json.loads((Path(__file__).parent / "task.json").read_text(encoding="utf-8"))["task"])


def read_rows(payload: str, content_type: str | None, features: list[str]) -> pd.DataFrame:
    """The rows of a request: CSV without header and label.

    Raises
    ------
    ValueError
        It is not CSV, or has not as many columns as the model has features.
    """
    if content_type != "text/csv":
        raise ValueError(f'{{"error": "unsupported content type {content_type or "unknown"}"}}')
    rows = pd.read_csv(io.StringIO(payload), header=None)
    rows.columns = pd.Index(features)
    return rows


def encode(predictions: Any, accept: str) -> tuple[str, str]:
    """An answer and its content type.

    Parameters
    ----------
    predictions
        Values of shape (rows,) of a regression, probabilities of shape (rows, classes) of a classification.

    Raises
    ------
    ValueError
        The accept type is not JSON, with or without ``verbose``.
    """
    kind, _, parameter = (part.strip() for part in accept.partition(";"))
    if kind != "application/json" or parameter not in ("", "verbose"):
        raise ValueError(f'{{"error": "unsupported accept type {accept}"}}')
    values = np.asarray(predictions)
    if task() == "regression":
        return json.dumps({"prediction": values.tolist()}), accept
    answer = {"probabilities": values.tolist()}
    if parameter == "verbose":
        answer["predicted_label"] = values.argmax(axis=1).tolist()
    return json.dumps(answer), accept
