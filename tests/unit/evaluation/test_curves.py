"""Learning curves are read from the logs of training jobs, and drawn or said to be missing."""

from __future__ import annotations

from typing import Any

import pytest

from evaluation.account import Unknown
from evaluation.output.results import Results, read_results
from evaluation.page.charts import learning
from evaluation.page.texts import texts_of
from evaluation.tuning import curves
from evaluation.tuning.training import TrainingJob

JOBS = {name: TrainingJob(f"job-{name}", None) for name in ("xgboost", "lightgbm", "catboost")}
LOGS = {
    "job-xgboost/algo-1": ["[0]#011train-rmse:5#011validation-rmse:6", "[1]#011train-rmse:4e-1#011validation-rmse:5.5"],
    "job-lightgbm/algo-1": ["[LightGBM] [Info] x", "[1]\ttrain's rmse: 5\tval's rmse: 6"],
    "job-catboost/algo-1": ["0:\tlearn: 5\ttest: 6\tbest: 6 (0)", "100:\tlearn: 4\ttest: 7\tbest: 6 (0)"],
}


class Logs:
    """A log service that gives one line per page."""

    def describe_log_streams(self, logGroupName: str, logStreamNamePrefix: str) -> dict[str, Any]:  # noqa: N803
        del logGroupName
        return {"logStreams": [{"logStreamName": name} for name in LOGS if name.startswith(logStreamNamePrefix)]}

    def get_log_events(self, logStreamName: str, nextToken: str = "0", **_: Any) -> dict[str, Any]:  # noqa: N803
        lines, at = LOGS[logStreamName], int(nextToken)
        token = str(min(at + 1, len(lines)))
        return {"events": [{"message": line} for line in lines[at : at + 1]], "nextForwardToken": token}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    monkeypatch.setattr(curves, "client", lambda _: Logs())
    return curves.read_curves({**JOBS, "gone": TrainingJob("job-gone", None)})


def test_each_algorithm_has_its_curve(read: dict[str, dict[str, Any]]) -> None:
    assert read["xgboost"] == {"train": [(0, 5.0), (1, 0.4)], "validation": [(0, 6.0), (1, 5.5)]}
    assert read["lightgbm"] == {"train": [(1, 5.0)], "validation": [(1, 6.0)]}
    assert read["catboost"] == {"train": [(0, 5.0), (100, 4.0)], "validation": [(0, 6.0), (100, 7.0)]}


def test_a_log_that_cannot_be_read_is_a_sentence(
    read: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read["gone"] == {"unknown": "The log of job-gone has no metrics by iteration."}

    def refuse(_: str) -> Any:
        raise Unknown("The job has no region; set AWS_REGION.")

    monkeypatch.setattr(curves, "client", refuse)
    assert curves.read_curves(JOBS)["xgboost"] == {"unknown": "The job has no region; set AWS_REGION."}


def test_long_curves_keep_both_ends() -> None:
    (points,) = curves.curves_of(f"[{number}]\ttrain's rmse: {number}" for number in range(1234)).values()
    assert len(points) <= 200
    assert (points[0], points[-1]) == ((0, 0.0), (1233, 1233.0))


@pytest.mark.parametrize("task", ["regression"], indirect=True)
def test_the_report_draws_the_curves_that_are_known(output: Any, read: dict[str, dict[str, Any]]) -> None:
    from evaluation.page import sections
    from evaluation.page.elements import Charts

    known = read_results(output)
    results = Results({**known.report, "curves": read}, known.predictions)
    texts = texts_of(results.report, "en")
    assert learning(results, "xgboost", texts)["data"][1]["y"] == [6.0, 5.5]
    drawn = Charts()
    page = sections.learning(results, texts, drawn)
    assert len(drawn.drawn) == 3
    assert "The learning curve of gone cannot be read: The log of job-gone" in page
    assert sections.learning(known, texts, drawn) == ""
