"""Rules and slices."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.errors import InputError
from evaluation.inputs import Part, Schema
from evaluation.measures.slices import measure_slices, worst_slices
from evaluation.rules import apply_rules, describe_rules

CLOSED = {"feature": "open", "value": 0, "predict": 0}


def schema_of(*names, closed=None):
    return Schema({"features": [{"name": name} for name in names], "closed": closed}, "", Path("schema.json"))


def part_of(features, labels, **keys):
    hours = pd.date_range("2018-07-01", periods=len(labels), freq="h")
    table = pd.DataFrame({"datetime": hours, "season": "Summer", **keys})
    return Part(np.asarray(features, float), np.asarray(labels, float), table)


def test_rules_for_negative_and_closed():
    part = part_of([[1], [0], [1]], [0, 0, 0])
    predicted = np.array([-3.0, 50.0, 7.0])
    schema = schema_of("open", closed=CLOSED)
    assert apply_rules("regression", predicted, part, schema).tolist() == [0, 0, 7]
    assert apply_rules("classification", np.array([0.1, 0.9, 0.9]), part, schema).tolist() == [0.1, 0, 0.9]
    assert apply_rules("regression", predicted, part, schema_of("open")).tolist() == [0, 50, 7]
    assert describe_rules("regression", schema, 0.5) == (
        "predictions below 0 become 0; where open is 0, the prediction is 0"
    )


def test_rule_with_unknown_feature():
    with pytest.raises(InputError, match="identifies closed hours by the feature 'open', which it does not contain"):
        apply_rules("regression", np.zeros(1), part_of([[1]], [0]), schema_of("hour", closed=CLOSED))


def test_every_row_has_one_slice_per_kind():
    rows = 48
    keys = {"rainfall": np.arange(rows) % 2, "temperature": np.linspace(-20, 40, rows), "functioning_day": "Yes"}
    part = part_of(np.arange(rows)[:, None] % 2, np.ones(rows), **keys)
    slices = measure_slices("regression", part, schema_of("public_holiday"), {"a": np.zeros(rows)})
    by = {slice_["by"] for slice_ in slices}
    assert by == {"hour", "season", "holiday", "rain", "temperature", "service"}
    for kind in by:
        assert sum(slice_["rows"] for slice_ in slices if slice_["by"] == kind) == rows
    bands = [slice_["value"] for slice_ in slices if slice_["by"] == "temperature"]
    assert bands == ["below 0 °C", "0 to 10 °C", "10 to 20 °C", "20 to 30 °C", "30 °C and above"]


def test_missing_columns_are_not_sliced():
    slices = measure_slices("regression", part_of([[1]] * 5, [1] * 5), schema_of("hour"), {"a": np.zeros(5)})
    assert {slice_["by"] for slice_ in slices} == {"hour", "season"}


def test_slice_measures_its_rows():
    part = part_of(np.zeros((4, 1)), [0, 0, 10, 10], rainfall=[0, 0, 1, 1])
    slices = measure_slices("regression", part, schema_of("x"), {"a": np.array([1.0, -1, 13, 15])})
    rain = next(slice_ for slice_ in slices if slice_["value"] == "rain")
    assert (rain["rows"], rain["actual"]) == (2, 10)
    measured = rain["candidates"]["a"]
    assert (measured["rmse"], measured["mae"], measured["bias"]) == (math.sqrt(17), 4, 4)
    assert measured["errors"]["median"] == 4


def test_classification_slice():
    part = part_of(np.zeros((4, 1)), [0, 1, 1, 0], rainfall=[1, 1, 1, 0])
    slices = measure_slices("classification", part, schema_of("x"), {"a": np.array([0.9, 0.9, 0.1, 0.1])})
    by_rain = {slice_["value"]: slice_["candidates"]["a"] for slice_ in slices if slice_["by"] == "rain"}
    assert (by_rain["rain"]["accuracy"], by_rain["rain"]["f1"]) == (pytest.approx(1 / 3), pytest.approx(0.5))
    assert by_rain["dry"]["accuracy"] == 1
    assert math.isnan(by_rain["dry"]["f1"])


def test_worst_slices():
    def slice_(by, value, rows, rmse):
        return {"by": by, "value": value, "rows": rows, "candidates": {"a": {"rmse": rmse}}}

    slices = [slice_("hour", "8", 30, 300), slice_("hour", "18", 30, 400), slice_("rain", "rain", 19, 900)]
    slices += [slice_("rain", "dry", 400, 90), slice_("season", "Winter", 60, 150)]
    worst = worst_slices("regression", slices, "a", {"rmse": 100})
    assert [(one["by"], one["value"], one["times"]) for one in worst] == [
        ("hour", "18", 4.0),
        ("season", "Winter", 1.5),
    ]


def test_perfect_candidate_has_no_worst_slice():
    slices = [{"by": "hour", "value": "8", "rows": 30, "candidates": {"a": {"accuracy": 1.0}}}]
    assert worst_slices("classification", slices, "a", {"accuracy": 1.0}) == []
