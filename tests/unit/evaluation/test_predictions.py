"""The predictions of a candidate keep every key, whatever the columns of the table are called."""

import io
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.output.predictions import predictions_csv, read_predictions

OWN = ["actual", "predicted", "probability", "probability_a", "key actual", "key key actual", "time"]
NAMES = st.lists(st.sampled_from(OWN), min_size=1, max_size=7, unique=True)
KINDS = {"regression": (), "binary": ("a", "b"), "multiclass": ("a", "b", "c")}


@settings(deadline=None, max_examples=30)
@given(NAMES)
@pytest.mark.parametrize("kind", [*KINDS])
def test_keys_of_any_name_are_kept(kind: str, names: list[str]) -> None:
    task: Any = SimpleNamespace(kind=kind, classes=KINDS[kind])
    schema: Any = SimpleNamespace(keys=SimpleNamespace(columns=names))
    keys = pd.DataFrame({name: [f"{name} {row}" for row in range(3)] for name in names})
    part: Any = SimpleNamespace(keys=keys, labels=np.array([0.0, 1.0, 1.0]))
    predicted = np.array([[0.5, 0.25, 0.25]] * 3) if kind == "multiclass" else np.array([0.25, 0.5, 0.75])
    text = predictions_csv(task, schema, part, predicted)
    table = pd.read_csv(io.StringIO(text), dtype="str")
    np.testing.assert_array_equal(table.iloc[:, : len(names)], keys)
    header = text.partition("\n")[0].split(",")
    assert len({*header}) == len(header)
    kept = read_predictions(task, schema, part, text)
    assert kept is not None
    np.testing.assert_array_equal(kept, predicted)
