"""What became of executions, and a metric over them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.errors import BadInput
from pipelines.execution.lookup import Summary
from pipelines.execution.outcomes import Outcome, Winner, cause_of
from pipelines.execution.pipeline import Step
from pipelines.execution.trend import trend

EXECUTION = Summary("arn:x/1", "name", "Succeeded", datetime(2026, 12, 1, tzinfo=UTC), None)


def outcome(**values: float) -> Outcome:
    return Outcome({"price": Winner("xgboost", "rmse", values.get("rmse", 1.0), values)}, None)


def step(name: str, status: str, reason: str | None = None) -> Step:
    return Step(name, "Training", status, 1.0, reason, False, {})


def test_the_failed_step_and_its_first_line_are_the_cause():
    steps = [step("Preprocess", "Succeeded"), step("Train", "Failed", "No memory left\nat line 3")]
    assert cause_of(steps, "One or multiple steps failed") == "Train: No memory left"
    assert cause_of(steps[:1], "Stopped by\nsomebody") == "Stopped by"
    assert cause_of(steps[:1], None) is None


def test_a_trend_leaves_out_what_has_no_such_metric():
    became = [outcome(rmse=2.0), Outcome({}, "Train: No memory left"), outcome(rmse=1.0, mae=0.5)]
    executions = [EXECUTION] * len(became)
    assert [point.value for point in trend(executions, became)["price"]] == [2.0, 1.0]
    assert [point.value for point in trend(executions, became, metric="mae")["price"]] == [0.5]


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"metric": "auc"}, "No winner has the metric auc; they have rmse."),
        ({"task": "prices"}, "No execution has evaluated the task prices. Did you mean price?"),
    ],
)
def test_an_unknown_metric_or_task_is_refused(wanted, sentence):
    with pytest.raises(BadInput) as refused:
        trend([EXECUTION], [outcome(rmse=2.0)], **wanted)
    assert str(refused.value) == sentence


def test_without_winners_there_is_no_trend():
    with pytest.raises(BadInput, match="No execution has evaluated a model yet"):
        trend([EXECUTION], [Outcome({}, None)])
