"""Answers of the containers, and how they are joined with their hours."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import PipelineError
from pipelines.execution.results import join_predictions
from pipelines.models.container_output import read_answers
from pipelines.models.postprocessing import apply_rules_to_rows

numbers = st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1, max_size=20)


@given(numbers, st.sampled_from(["\n", ",", ",\n", "\n\n"]))
def test_lines_and_commas_of_xgboost_are_read_alike(values: list[float], separator: str) -> None:
    assert read_answers(separator.join(map(repr, values))) == values


@given(st.lists(numbers, min_size=1, max_size=4), st.sampled_from(["", "\n", " \n "]))
def test_json_objects_one_after_another_are_read_in_their_order(batches: list[list[float]], between: str) -> None:
    text = between.join(json.dumps({"prediction": batch}) for batch in batches)
    assert read_answers(text) == [value for batch in batches for value in batch]


def test_the_probability_of_the_high_class_is_read() -> None:
    assert read_answers('{"probabilities": [[0.75, 0.25], [0.5, 0.5]]}') == [0.25, 0.5]


@pytest.mark.parametrize("text", ["one\ntwo\n", '{"prediction": [1]', '{"labels": [1]}'])
def test_answers_that_are_neither_numbers_nor_known_json_are_refused(text: str) -> None:
    with pytest.raises(PipelineError):
        read_answers(text)


def test_predictions_stand_beside_their_hours() -> None:
    joined = join_predictions("datetime\n2018-11-30T00:00:00\n2018-11-30T01:00:00\n", {"predicted_rentals": [1.5, 2.0]})
    assert joined == "datetime,predicted_rentals\n2018-11-30T00:00:00,1.5\n2018-11-30T01:00:00,2\n"


def test_nothing_is_joined_by_luck() -> None:
    with pytest.raises(PipelineError, match="There are 1 batch answers for 2 rows"):
        join_predictions("datetime\na\nb\n", {"x": [1.0]})


def test_batch_answers_keep_to_the_rules_of_the_evaluation() -> None:
    rule = {"feature": "functioning_day", "value": 0, "predict": 0, "tasks": ["regression", "classification"]}
    tasks = {
        "regression": {"kind": "regression", "target": "rentals", "minimum": 0},
        "classification": {"kind": "binary", "target": "rentals", "classes": ["0", "1"], "threshold": 500},
    }
    schema = {"features": [{"name": "hour"}, {"name": "functioning_day"}], "rules": [rule], "tasks": tasks}
    rows = "7,1\n8,0\n9,1\n"
    assert apply_rules_to_rows([5.0, 6.0, -3.0], rows, schema, "regression") == [5.0, 0.0, 0.0]
    assert apply_rules_to_rows([0.9, 0.8, 0.1], rows, schema, "classification") == [0.9, 0.0, 0.1]


@pytest.mark.parametrize(("cell", "written"), [("=1+1", "'=1+1"), ("-A1", "'-A1"), ("@x", "'@x"), ("-1.5", "-1.5")])
def test_no_spreadsheet_runs_a_cell(cell, written, caplog):
    joined = join_predictions(f"datetime,station\n2018-11-30T00:00:00,{cell}\n", {"predicted_rentals": [1.5]})
    assert joined.splitlines()[1] == f"2018-11-30T00:00:00,{written},1.5"
    assert ("begin like a formula" in caplog.text) is (cell != written)
