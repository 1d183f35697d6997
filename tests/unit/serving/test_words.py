"""Endpoints in words: tags, expiry, predictions, requested settings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.aws.prices import load_prices
from pipelines.cli.endpoint.rendering import age_in_words, moment_in_words
from pipelines.definition.endpoint_config import data_capture, expiry_after, expiry_from_now, read_expiry
from pipelines.errors import BadInput
from pipelines.models.ranges import remarks_on
from pipelines.names import Layout
from pipelines.serving.endpoints.capacity import Instances, Serverless, capacity_of
from pipelines.serving.endpoints.input_rows import name_the_row, rows_as_file
from pipelines.serving.endpoints.predictions import predictions_of

HOUR = "2018-12-01T08:00:00"
SCHEMA = {
    "tasks": {
        "regression": {"kind": "regression", "target": "Count", "unit": "rentals", "column": "predicted_rentals"},
        "classification": {
            "kind": "binary", "target": "Count", "threshold": 502.5, "label": {"en": "high demand"},
            "classes": ["0", "1"], "column": "probability_of_high_demand",
        },
        "species": {"kind": "multiclass", "target": "Species", "classes": ["setosa", "versicolor", "virginica"]},
        "churn": {"kind": "binary", "target": "Churned", "classes": ["no", "yes"], "positive": "yes"},
    }
}  # fmt: skip
MADE = datetime(2026, 1, 1, 12, tzinfo=UTC)


@given(st.integers(1, 8760))
def test_an_expiry_is_read_as_it_was_written(hours):
    assert read_expiry(expiry_after(hours), MADE) == MADE + timedelta(hours=hours)
    left = read_expiry(expiry_from_now(hours), MADE) - datetime.now(UTC)
    assert timedelta(hours=hours) - timedelta(minutes=5) < left <= timedelta(hours=hours)


@pytest.mark.parametrize("text", [None, "never", "PTwoH", "next Tuesday", expiry_after(0), expiry_from_now(0)])
def test_what_is_no_moment_never_expires(text):
    assert read_expiry(text, MADE) is None


def test_capacity_is_read_back():
    for capacity in (Instances("ml.m5.large", 2), Serverless(2048, 5)):
        assert capacity_of({"VariantName": "v", **capacity.variant()}, {}) == capacity
    assert capacity_of(Instances("ml.m5.large", 1).variant(), {"CurrentInstanceCount": 3}).count == 3


def test_costs_name_their_origin_and_unknown_prices():
    prices = load_prices()
    assert Instances("ml.m5.large", 2).cost_per_hour(prices) == pytest.approx(2 * 0.115)
    assert prices.as_of in Instances("ml.m5.large", 2).cost_in_words(prices)
    unknown = Instances("ml.g5.48xlarge", 1)
    assert unknown.cost_per_hour(prices) is None
    assert "is not in the list" in unknown.cost_in_words(prices)
    assert "per second of computing" in Serverless(1024, 1).cost_in_words(prices)


def test_rentals_are_shown_in_whole_bicycles():
    predictions = predictions_of(SCHEMA, "regression", "datetime", [HOUR], [1234.56], None)
    assert predictions.in_words() == "2018-12-01 08:00  1,235 rentals expected\n"
    assert predictions.as_json() == [{"datetime": HOUR, "rentals": 1234.56}]


@pytest.mark.parametrize(("value", "decision"), [(0.4, "high"), (0.399, "low"), (0.0, "low"), (1.0, "high")])
def test_the_decision_is_made_at_the_cut_off(value, decision):
    predictions = predictions_of(SCHEMA, "classification", "datetime", [HOUR], [value], 0.4)
    (one,) = predictions.as_json()
    assert (one["decision"], one["high_demand"]) == (decision, decision == "high")
    assert predictions.in_words().startswith(
        f"2018-12-01 08:00  {decision}: the probability of high demand (above 502.5)"
    )


def test_calibrated_probability_is_shown_without_changing_the_decision():
    predictions = predictions_of(SCHEMA, "classification", "datetime", [HOUR], [0.39], 0.4, [0.45])
    assert predictions.in_words() == (
        "2018-12-01 08:00  low: the probability of high demand (above 502.5) is 0.450, and the model's own 0.390 "
        "counts as high from 0.400 on\n"
    )
    (one,) = predictions.as_json()
    assert (one["probability_of_high_demand"], one["calibrated_probability"]) == (0.39, 0.45)
    assert one["high_demand"] is False


def test_classes_are_named_with_their_probabilities():
    species = predictions_of(SCHEMA, "species", "row", ["1"], [[0.1, 0.7, 0.2]], None)
    assert species.in_words() == "1  versicolor: versicolor 0.700, virginica 0.200, setosa 0.100\n"
    (one,) = species.as_json()
    assert (one["row"], one["predicted_species"], one["probability_versicolor"]) == ("1", "versicolor", 0.7)
    churn = predictions_of(SCHEMA, "churn", "row", ["1"], [0.7], 0.5)
    assert churn.in_words() == "1  yes: the probability of yes is 0.700, and counts as yes from 0.500 on\n"
    assert churn.as_json() == [{"row": "1", "probability_of_yes": 0.7, "predicted_churned": "yes"}]


def test_only_requested_values_are_compared_with_the_training_data():
    schema = {
        "features": [
            {"name": "temperature", "derived": False, "minimum": -10.0, "maximum": 30.0},
            {"name": "sun", "derived": True, "minimum": 0.0, "maximum": 1.0},
            {"name": "snowfall", "derived": False, "minimum": None, "maximum": None},
            {"name": "rainfall", "derived": False, "minimum": 0, "maximum": 9},
        ],
        "dataset": {"kind": "generated-sample"},
    }
    columns = {"temperature": ("40.5", "-11", "20"), "sun": (9, 9, 0), "snowfall": ("", "", ""),
               "rainfall": ("", None, float("nan"))}  # fmt: skip
    assert remarks_on([columns], schema) == [
        "The model was trained on a generated sample, whose numbers mean nothing.",
        "2 of 3 rows are outside of the training ranges.",
        "Outside the range of the training set: temperature is 40.5 and 1 more, and the model knows -10 to 30 only.",
        "Missing values: rainfall is empty in 3 rows.",
    ]


def test_rows_become_a_file(tmp_path: Path):
    path = rows_as_file(
        [[("date", "2018-12-01"), ("season", "Winter, early")], [("season", "x"), ("date", "y")]], tmp_path
    )
    assert path.read_text() == 'date,season\n2018-12-01,"Winter, early"\ny,x\n'


def test_rows_that_differ_in_their_columns_are_refused(tmp_path: Path):
    with pytest.raises(BadInput, match="Rows 1 and 2 differ in the column 'b'"):
        rows_as_file([[("a", "1")], [("a", "1"), ("b", "2")]], tmp_path)
    with pytest.raises(BadInput, match="Row 2 gives 'a' twice"):
        rows_as_file([[("a", "1")], [("a", "1"), ("a", "2")]], tmp_path)


def test_errors_of_several_rows_name_the_row():
    assert name_the_row("Line 3, column 'hour': '24' is above 23", 2) == "Row 2, column 'hour': '24' is above 23"
    assert name_the_row("Column 'x' is not known", 2) == "Column 'x' is not known"
    missing = "Column 'Hour' is missing; the file has {}; add the column."
    assert name_the_row(missing.format("no other columns"), 1) == "Column 'Hour' is missing; add it."
    assert name_the_row(missing.format("unknown columns 'x'"), 1).endswith(
        "the row has unknown columns 'x'; add the column."
    )


def test_ages_and_moments_are_short():
    now = datetime.now(UTC)
    assert age_in_words(now - timedelta(minutes=59)) == "59 min"
    assert age_in_words(now - timedelta(hours=3, minutes=5)) == "3 h 5 min"
    assert age_in_words(now - timedelta(days=2, hours=1)) == "2 d 1 h"
    assert moment_in_words(None) == "never"


def test_nothing_is_captured_at_0_percent():
    assert data_capture(0, Layout("bucket", "P")) is None
    assert data_capture(7, Layout("bucket", "P"))["InitialSamplingPercentage"] == 7
    assert data_capture(7, Layout("bucket", "P"))["DestinationS3Uri"] == "s3://bucket/P/captured"
