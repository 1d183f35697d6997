"""Two executions side by side: only what really differs is shown."""

from __future__ import annotations

from typing import Any

from pipelines.cli.common.rendering import words
from pipelines.cli.executions.rendering import comparison
from pipelines.execution.comparison import Side, as_json


def side(arguments: list[str], *, name: str = "one", **parameters: str) -> Side:
    inputs = [
        {"InputName": "code", "S3Input": {"S3Uri": "s3://b/code/"}},
        {"InputName": "data", "S3Input": {"S3Uri": "s3://b/d"}},
    ]
    step: dict[str, Any] = {
        "Name": "Preprocess",
        "Type": "Processing",
        "Arguments": {"AppSpecification": {"ContainerArguments": arguments}, "ProcessingInputs": inputs},
    }
    metrics = {
        "regression": {"winner": "xgboost", "candidates": {"xgboost": {"test": {"rmse": 150.0}, "validation": {}}}}
    }
    return Side(name, "Succeeded", parameters, {"Steps": [step], "Parameters": []}, metrics)


def test_one_more_option_changes_no_later_one() -> None:
    one, other = side(["--split", "days", "--seed", "42"]), side(["--split", "days", "--quick", "yes", "--seed", "42"])
    path = "Preprocess.AppSpecification.ContainerArguments"
    assert as_json(one, other)["settings"] == {f"{path} --quick": [None, "yes"]}


def test_an_input_more_does_not_make_the_others_look_different() -> None:
    one, other = side([]), side([])
    other.definition["Steps"][0]["Arguments"]["ProcessingInputs"].insert(
        0, {"InputName": "new", "S3Input": {"S3Uri": "s3://b/n"}}
    )
    settings = as_json(one, other)["settings"]
    assert {name.split(".")[2] for name in settings} == {"new"}


def test_parameters_and_metrics_stand_side_by_side() -> None:
    one, other = side([], Threshold="1"), side([], name="two", Threshold="2")
    other.metrics["regression"]["candidates"]["xgboost"]["test"]["rmse"] = 148.5
    compared = as_json(one, other)
    assert compared["settings"] == {"Threshold": ["1", "2"]}
    assert compared["metrics"]["regression xgboost rmse"] == [150.0, 148.5]
    assert "-1.5" in comparison(one, other, words("en"))


def test_the_same_is_called_the_same() -> None:
    assert "Every setting is the same" in comparison(side(["--seed", "1"]), side(["--seed", "1"]), words("en"))
