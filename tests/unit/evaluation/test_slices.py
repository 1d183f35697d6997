"""Rules and slices."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.errors import InputError
from evaluation.inputs import Part
from evaluation.measures.slices import measure_slices, worst_slices
from evaluation.rules import apply_rules, describe_rules
from evaluation.schema import Schema, Task

CLOSED = {"feature": "open", "value": 0, "predict": 0, "tasks": ["demand", "high", "grade"]}
REGRESSION = Task("demand", "regression", "rmse", "rentals", minimum=0, maximum=40)
BINARY = Task("high", "binary", "auc", "answer", classes=("no", "yes"))
MULTICLASS = Task("grade", "multiclass", "log_loss", "grade", classes=("a", "b"))


def schema_of(*names, rules=(), **sliced):
    slices = [{"by": by, "column": by, "values": values} for by, values in sliced.items()]
    content = {"features": [{"name": name} for name in names], "rules": rules, "slices": slices}
    return Schema(content, "", Path("schema.json"))


def part_of(features, labels, **keys):
    return Part(np.asarray(features, float), np.asarray(labels, float), pd.DataFrame(keys, index=range(len(labels))))


def test_rules_limit_and_replace_predictions():
    part = part_of([[1], [0], [1]], [0, 0, 0])
    predicted = np.array([-3.0, 50.0, 7.0])
    schema = schema_of("open", rules=[CLOSED])
    assert apply_rules(REGRESSION, predicted, part, schema).tolist() == [0, 0, 7]
    assert apply_rules(BINARY, np.array([0.1, 0.9, 0.9]), part, schema).tolist() == [0.1, 0, 0.9]
    assert apply_rules(MULTICLASS, np.full((3, 2), 0.5), part, schema).tolist() == [[0.5, 0.5], [1, 0], [0.5, 0.5]]
    assert apply_rules(REGRESSION, predicted, part, schema_of("open")).tolist() == [0, 40, 7]
    other = schema_of("open", rules=[{**CLOSED, "tasks": ["high"]}])
    assert apply_rules(REGRESSION, predicted, part, other).tolist() == [0, 40, 7]


def test_rules_in_words():
    schema = schema_of("open", rules=[CLOSED])
    assert describe_rules(REGRESSION, schema, 0.5) == (
        "predictions below 0 become 0; predictions above 40 become 40; where open is 0, the prediction is 0"
    )
    assert describe_rules(BINARY, schema_of(), 0.5) == "answer = yes is predicted where its probability is at least 0.5"
    assert describe_rules(MULTICLASS, schema, 0.5).endswith("is predicted; where open is 0, the prediction is a")
    assert describe_rules(Task("a", "regression", "rmse"), schema_of(), 0.5) == "none"


def test_rule_with_unknown_feature():
    with pytest.raises(InputError, match="has a rule for the feature 'open', which it does not contain"):
        apply_rules(REGRESSION, np.zeros(1), part_of([[1]], [0]), schema_of("hour", rules=[CLOSED]))


def test_slices_follow_the_schema():
    rain = ["dry", "rain"]
    part = part_of(np.zeros((4, 1)), np.ones(4), rain=[*rain, *rain], hour=["10", "9", "9", "11"])
    slices = measure_slices(REGRESSION, part, schema_of("x", hour=[9, 10, 12], rain=rain), {"a": np.zeros(4)})
    found = [(slice_["by"], slice_["value"], slice_["rows"]) for slice_ in slices]
    assert found == [("hour", "9", 2), ("hour", "10", 1), ("rain", "dry", 2), ("rain", "rain", 2)]
    assert measure_slices(REGRESSION, part, schema_of("x"), {"a": np.zeros(4)}) == []


def test_slice_measures_its_rows():
    part = part_of(np.zeros((4, 1)), [0, 0, 10, 10], rain=["dry", "dry", "rain", "rain"])
    slices = measure_slices(REGRESSION, part, schema_of("x", rain=["dry", "rain"]), {"a": np.array([1.0, -1, 13, 15])})
    rain = next(slice_ for slice_ in slices if slice_["value"] == "rain")
    assert (rain["rows"], rain["actual"]) == (2, 10)
    measured = rain["candidates"]["a"]
    assert (measured["rmse"], measured["mae"], measured["bias"]) == (math.sqrt(17), 4, 4)
    assert measured["errors"]["median"] == 4


def test_classification_slice():
    part = part_of(np.zeros((4, 1)), [0, 1, 1, 0], rain=["rain", "rain", "rain", "dry"])
    slices = measure_slices(BINARY, part, schema_of("x", rain=["dry", "rain"]), {"a": np.array([0.9, 0.9, 0.1, 0.1])})
    by_rain = {slice_["value"]: slice_["candidates"]["a"] for slice_ in slices if slice_["by"] == "rain"}
    assert (by_rain["rain"]["accuracy"], by_rain["rain"]["f1"]) == (pytest.approx(1 / 3), pytest.approx(0.5))
    assert by_rain["dry"]["accuracy"] == 1
    assert math.isnan(by_rain["dry"]["f1"])


def test_slice_of_several_classes():
    part = part_of(np.zeros((2, 1)), [0, 1], rain=["rain", "rain"])
    predicted = np.array([[0.5, 0.5], [0.75, 0.25]])
    (slice_,) = measure_slices(MULTICLASS, part, schema_of("x", rain=["rain"]), {"a": predicted})
    assert slice_["candidates"]["a"] == {"accuracy": 0.5, "log_loss": pytest.approx(-np.log([0.5, 0.25]).mean())}
    assert "actual" not in slice_


def test_worst_slices():
    def slice_(by, value, rows, rmse):
        return {"by": by, "value": value, "rows": rows, "candidates": {"a": {"rmse": rmse}}}

    slices = [slice_("hour", "8", 30, 300), slice_("hour", "18", 30, 400), slice_("rain", "rain", 19, 900)]
    slices += [slice_("rain", "dry", 400, 90), slice_("season", "Winter", 60, 150)]
    worst = worst_slices(REGRESSION, slices, "a", {"rmse": 100})
    assert [(one["by"], one["value"], one["times"]) for one in worst] == [
        ("hour", "18", 4.0),
        ("season", "Winter", 1.5),
    ]


def test_perfect_candidate_has_no_worst_slice():
    slices = [{"by": "hour", "value": "8", "rows": 30, "candidates": {"a": {"accuracy": 1.0}}}]
    assert worst_slices(BINARY, slices, "a", {"accuracy": 1.0}) == []
