"""Answers of the containers, and how they are joined with their hours."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.inputs import Part
from evaluation.rules import apply_rules
from evaluation.schema import Schema
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
    joined = join_predictions(
        ["datetime\n2018-11-30T00:00:00\n", "datetime\n2018-11-30T01:00:00\n"], {"predicted_rentals": [1.5, 2.0]}
    )
    assert joined == "datetime,predicted_rentals\n2018-11-30T00:00:00,1.5\n2018-11-30T01:00:00,2\n"


def test_a_key_called_like_the_prediction_keeps_its_cells() -> None:
    joined = join_predictions(["id,predicted_x,key predicted_x\n1,2,3\n"], {"predicted_x": [4.0]})
    assert joined == "id,key predicted_x,key key predicted_x,predicted_x\n1,2,3,4\n"


def test_nothing_is_joined_by_luck() -> None:
    with pytest.raises(PipelineError, match="There are 1 batch answers for 2 rows"):
        join_predictions(["datetime\na\nb\n"], {"x": [1.0]})


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


@settings(deadline=None)
@given(
    limits=st.tuples(st.none() | st.integers(-5, 0), st.none() | st.integers(1, 5)),
    predicted=st.integers(-9, 9),
    rows=st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 1)), min_size=1),
)
def test_rules_replace_what_the_limits_have_kept(limits, predicted, rows) -> None:
    rule = {"feature": "open", "value": 0, "predict": predicted, "tasks": ["demand"]}
    minimum, maximum = limits
    task = {"kind": "regression", "metric": "rmse", "target": "rentals", "minimum": minimum, "maximum": maximum}
    content = {"features": [{"name": "open"}], "rules": [rule], "tasks": {"demand": task}}
    schema = Schema(content, "", Path("schema.json"))
    answers, features = np.array([float(answer) for answer, _ in rows]), np.array([[float(each)] for _, each in rows])
    part = Part(features, answers, pd.DataFrame(index=range(len(rows))))
    evaluated = apply_rules(schema.task("demand"), answers, part, schema).tolist()
    served = apply_rules_to_rows(answers.tolist(), "".join(f"{each}\n" for _, each in rows), content, "demand")
    assert served == evaluated


@pytest.mark.parametrize(("cell", "written"), [("=1+1", "'=1+1"), ("-A1", "'-A1"), ("@x", "'@x"), ("-1.5", "-1.5")])
def test_no_spreadsheet_runs_a_cell(cell, written, caplog):
    joined = join_predictions([f"datetime,station\n2018-11-30T00:00:00,{cell}\n"], {"predicted_rentals": [1.5]})
    assert joined.splitlines()[1] == f"2018-11-30T00:00:00,{written},1.5"
    assert ("begin like a formula" in caplog.text) is (cell != written)
