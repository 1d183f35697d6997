"""Decoding of requests and encoding of predictions, for the LightGBM and CatBoost inference scripts."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


def task() -> str:
    """The model's task, classification or regression, from the file beside this script."""
    return str(json.loads((Path(__file__).parent / "task.json").read_text(encoding="utf-8"))["task"])


def read_rows(payload: str, content_type: str | None, features: list[str]) -> pd.DataFrame:
    """Read the rows of a request: CSV without header and label.

    Raises ValueError if the content type is not CSV, or the number of columns is not that of the model's features.
    """
    if content_type != "text/csv":
        raise ValueError(f'{{"error": "unsupported content type {content_type or "unknown"}"}}')
    rows = pd.read_csv(io.StringIO(payload), header=None)
    rows.columns = pd.Index(features)
    return rows


def encode(predictions: Any, accept: str) -> tuple[str, str]:
    """Encode predictions; return the body and its content type.

    ``predictions`` are values of shape (rows,) for regression, and probabilities of shape (rows, classes) for
    classification.

    Raises ValueError if the accept type is not JSON, with or without ``verbose``.
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
