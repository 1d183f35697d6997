"""Selectable inference of the built-in XGBoost: the values of each objective, key by key."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from local_sagemaker.containers.recordio.frames import frames
from local_sagemaker.containers.recordio.records import record_class
from local_sagemaker.containers.xgboost.selectable import encode

KEYS = ("predicted_label", "labels", "probability", "probabilities", "raw_score", "raw_scores", "predicted_score")
NAN = math.nan
# Objective -> a prediction, and its values in the order of the keys.
EXPECTED: dict[str, tuple[Any, Sequence[Any]]] = {
    "binary:logistic": (0.75, [1, [0, 1], 0.75, [0.25, 0.75], 0.75, [0.25, 0.75], NAN]),
    "binary:logitraw": (-0.5, [0, [0, 1], NAN, NAN, -0.5, [1.5, -0.5], NAN]),
    "binary:hinge": (1.0, [1.0, [0, 1], NAN, NAN, 1.0, [0.0, 1.0], NAN]),
    "multi:softmax": (2.0, [2.0, [0, 1, 2], NAN, NAN, 2.0, [-1.0, 2.0], NAN]),
    "multi:softprob": (
        [0.125, 0.625, 0.25],
        [1, [0, 1, 2], 0.625, [0.125, 0.625, 0.25], 0.625, [0.125, 0.625, 0.25], NAN],
    ),
    **dict.fromkeys(
        ("reg:squarederror", "reg:logistic", "reg:gamma", "reg:absoluteerror", "reg:tweedie"),
        (7.5, [NAN, NAN, NAN, NAN, NAN, NAN, 7.5]),
    ),
}


def _encoded(objective: str, keys: Sequence[str], accept: str, *, batch: bool = False) -> bytes:
    predictions = np.array([EXPECTED[objective][0]] * 2, dtype=np.float32)
    return encode(predictions, keys, objective, "3", accept, batch=batch)


@pytest.mark.parametrize("objective", EXPECTED)
def test_keys_of_objectives(objective: str) -> None:
    rows = json.loads(_encoded(objective, KEYS, "application/json"))["predictions"]
    assert len(rows) == 2
    assert repr([rows[0][key] for key in KEYS]) == repr(EXPECTED[objective][1])


@pytest.mark.parametrize(("value", "label"), [(0.5, 0), (0.5001, 1)])
def test_label_above_one_half(value: float, label: int) -> None:
    answer = encode(np.array([value]), ["predicted_label"], "binary:logistic", "", "text/csv", batch=False)
    assert answer == str(label).encode()


@pytest.mark.parametrize(("value", "label"), [(0.0, 0), (0.1, 1)])
def test_a_margin_over_0_is_the_second_class(value: float, label: int) -> None:
    answer = encode(np.array([value]), ["predicted_label"], "binary:logitraw", "", "text/csv", batch=False)
    assert answer == str(label).encode()


def test_csv_key_order_and_quotes() -> None:
    keys = ["probabilities", "predicted_label"]
    assert _encoded("binary:logistic", keys, "text/csv") == b'"[0.25, 0.75]",1\n"[0.25, 0.75]",1'
    assert _encoded("binary:logistic", keys, "text/csv", batch=True).endswith(b",1\n")


def test_json_lines_are_a_line_per_prediction() -> None:
    answer = _encoded("binary:logistic", ["raw_score", "predicted_label"], "application/jsonlines")
    assert answer == b'{"predicted_label": 1, "raw_score": 0.75}\n' * 2


def test_records_have_the_keys_among_their_labels() -> None:
    answer = _encoded("multi:softprob", ["probabilities", "predicted_label"], "application/x-recordio-protobuf")
    records = [record_class().FromString(payload) for payload in frames(answer)]
    labels = [{key: list(value.float32_tensor.values) for key, value in record.label.items()} for record in records]
    assert labels == [{"predicted_label": [1.0], "probabilities": [0.125, 0.625, 0.25]}] * 2


@pytest.mark.parametrize("objective", ["count:poisson", "rank:pairwise", "survival:cox", "reg:pseudohubererror"])
def test_other_objectives_have_no_selectable_inference(objective: str) -> None:
    with pytest.raises(ValueError, match=rf"^Objective `{objective}` unsupported for selectable inference predictions"):
        encode(np.array([1.0]), ["predicted_score"], objective, "", "text/csv", batch=False)


def test_another_accept_cannot_be_encoded() -> None:
    with pytest.raises(ValueError, match=r"^Cannot encode selected predictions into accept type 'text/plain'"):
        _encoded("binary:logistic", ["labels"], "text/plain")
