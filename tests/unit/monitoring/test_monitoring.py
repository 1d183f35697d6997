"""The monitoring job: predictions against the truth, and rows against the training set."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evaluation.inputs import Part
from evaluation.monitoring.baseline import write_baseline
from evaluation.monitoring.cost import since
from evaluation.monitoring.distribution import drift, same_time_of_year
from evaluation.monitoring.job import main
from evaluation.monitoring.rows import violations
from evaluation.monitoring.window import read_test_set
from evaluation.output.predictions import predictions_csv
from evaluation.schema import Schema, Task, read_schema

FEATURES: list[dict[str, Any]] = [
    {"name": "temperature", "type": "number", "group": "weather"},
    {"name": "sky", "type": "category", "group": "weather", "levels": ["clear", "grey"]},
]
SCHEMA: dict[str, Any] = {
    "format_version": 2,
    "dataset": {"name": "bikes"},
    "rows": {},
    "features": FEATURES,
    "tasks": {
        "regression": {"kind": "regression", "metric": "rmse", "target": "rentals"},
        "classification": {
            "kind": "binary",
            "metric": "auc",
            "target": "rentals",
            "threshold": 100,
            "classes": ["no", "yes"],
        },
    },
    "keys": {"columns": ["datetime"], "time": "datetime", "unit": "day"},
}
YEAR = pd.date_range("2017-12-01", "2018-11-30", freq="D")


def weather(days: pd.DatetimeIndex, seed: int) -> pd.DataFrame:
    """Three rows a day with a season in them."""
    generator, times = np.random.default_rng(seed), days.repeat(3)
    season = -15 * np.cos(2 * np.pi * times.dayofyear / 365)
    sky = np.where(generator.random(len(times)) < 0.4, "grey", "clear")
    rows = pd.DataFrame({"temperature": season + generator.normal(0, 4, len(times)), "sky": sky})
    return rows.assign(unit=times.strftime("%Y-%m-%d"))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The inputs of a job: a version whose RMSE on the test set was 9 to 11, and a window in which it is about 10."""
    evaluation, generator = tmp_path / "evaluation", np.random.default_rng(3)
    for name in ("evaluation", "predictions", "actuals"):
        (tmp_path / name).mkdir()
    (evaluation / "schema.json").write_text(json.dumps(SCHEMA))
    known = {"test": {"rmse": 10.0, "auc": 0.9}, "test_interval": [9.0, 11.0]}
    report = {"candidates": {"xgboost": known}, "best": {"algorithm": "xgboost"}}
    (evaluation / "evaluation.json").write_text(json.dumps(report))
    rows = weather(YEAR, 1)
    codes = rows["sky"].map({"clear": 0, "grey": 1})
    test = pd.DataFrame({"datetime": rows["unit"] + [f"T{hour:02}:00:00" for hour in np.arange(len(rows)) % 3]})
    test = test.assign(actual=generator.uniform(0, 300, len(rows)), predicted=lambda each: each["actual"] + 8)
    test.to_csv(evaluation / "predictions-xgboost.csv", index=False)
    part = Part(
        np.column_stack([rows["temperature"], codes]),
        np.zeros(len(rows)),
        pd.DataFrame({"datetime": rows["unit"], "day": rows["unit"]}),
        "day",
    )
    write_baseline({"train": part}, read_schema(evaluation / "schema.json"), evaluation)
    window = weather(pd.date_range("2019-03-01", "2019-04-25"), 2)
    hours = pd.Series(window["unit"]) + [f"T{hour:02}:00:00" for hour in np.arange(len(window)) % 3]
    predicted = generator.uniform(0, 300, len(window))
    window = window.drop(columns="unit").assign(datetime=hours, predicted_rentals=predicted)
    window.to_csv(tmp_path / "predictions" / "predictions.csv", index=False)
    truth = pd.DataFrame({"datetime": hours, "rentals": predicted + generator.normal(0, 10, len(window))})
    truth.to_csv(tmp_path / "actuals" / "rentals.csv", index=False)
    return tmp_path


def run(source: Path, column: str = "predicted_rentals", more: Sequence[str] = ()) -> int:
    arguments = ["--task", "regression", "--column", column, "--input", str(source), "--output", str(source / "out")]
    return main([*arguments, "--message", str(source / "message"), *more])


def change(source: Path, file: str, **columns: Any) -> None:
    path = source / file
    pd.read_csv(path).assign(**columns).to_csv(path, index=False)


def found(source: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((source / "out" / "monitoring.json").read_text())
    return content


def test_a_window_like_the_past_raises_no_alarm(source: Path) -> None:
    assert run(source) == 0
    result = found(source)
    assert result["alarms"] == []
    assert result["quality"]["verdict"] == "no alarm"
    assert result["drift"]["tested"]
    assert json.loads((source / "out" / "verdict.json").read_text()) == {"alarm": "no", "why": "none"}
    assert "<html" in (source / "out" / "report.html").read_text()


def test_errors_beyond_the_test_interval_raise_an_alarm(source: Path) -> None:
    change(source, "actuals/rentals.csv", rentals=lambda rows: rows["rentals"] + 40)
    assert run(source) == 0
    assert found(source)["quality"]["verdict"] == "worse"
    assert json.loads((source / "out" / "verdict.json").read_text())["alarm"] == "yes"


def test_few_days_are_not_judged(source: Path) -> None:
    change(source, "actuals/rentals.csv", rentals=lambda rows: rows["rentals"] + 40)
    rows = pd.read_csv(source / "actuals" / "rentals.csv")
    rows.iloc[:9].to_csv(source / "actuals" / "rentals.csv", index=False)
    assert run(source) == 0
    assert found(source)["quality"]["verdict"] == "too few units"
    assert "Not judged: fewer than five units (day)" in (source / "out" / "report.html").read_text()


def test_a_shifted_sensor_has_drifted_since_its_window(source: Path) -> None:
    change(source, "predictions/predictions.csv", temperature=lambda rows: rows["temperature"] + 6)
    assert run(source) == 0
    drifted = [feature["name"] for feature in found(source)["drift"]["features"] if feature["drifted"]]
    assert drifted == ["temperature"]


@pytest.mark.parametrize("first", ["2019-03-01", "2019-03-21"])
def test_a_drift_has_its_first_day_and_its_cost(source: Path, first: str) -> None:
    def later(rows: pd.DataFrame) -> pd.Series[bool]:
        return rows["datetime"] >= first

    warm = lambda rows: rows["temperature"] + 12 * later(rows)  # noqa: E731
    change(source, "predictions/predictions.csv", temperature=warm)
    change(source, "actuals/rentals.csv", rentals=lambda rows: rows["rentals"] + 100 * later(rows))
    assert run(source) == 0
    (drifted,) = (feature for feature in found(source)["drift"]["features"] if feature["drifted"])
    assert (pd.Timestamp(drifted["since"]) - pd.Timestamp(first)).days in range(-2, 3)
    assert drifted["error"] > 70
    assert drifted["usual_error"] == pytest.approx(8)
    assert drifted["since"] in (source / "out" / "report.html").read_text()


def test_a_category_has_its_first_day_too() -> None:
    days = pd.Series([f"2019-03-{day:02}" for day in range(1, 21)])
    sky = pd.Series(["clear"] * 12 + ["fog"] * 8)
    known_days = pd.Series(["2018-03-03", "2018-03-12"])
    assert since(sky, days, pd.Series(["clear", "grey"]), known_days) == "2019-03-13"


def test_a_violation_names_its_rows_and_their_error(source: Path) -> None:
    cold = lambda rows: rows["temperature"].where(rows["datetime"] < "2019-04-10", -90)  # noqa: E731
    change(source, "predictions/predictions.csv", temperature=cold)
    assert run(source) == 0
    (violated,) = found(source)["violations"]
    assert (violated["rows"], violated["first"]) == (16 * 3, "2019-04-10 00:00:00")
    assert 4 < violated["error"] < 12
    plain = json.loads((source / "out" / "constraint_violations.json").read_text())["violations"]
    assert [sorted(each) for each in plain] == [["constraint_check_type", "description", "feature_name"]]


def test_predictions_unlike_those_of_the_test_set_are_far(source: Path) -> None:
    assert run(source) == 0
    (near,) = found(source)["predictions_drift"]["features"]
    change(source, "predictions/predictions.csv", predicted_rentals=lambda rows: rows["predicted_rentals"] + 900)
    change(source, "actuals/rentals.csv", rentals=lambda rows: rows["rentals"] + 900)
    assert run(source) == 0
    (far,) = found(source)["predictions_drift"]["features"]
    assert near["distance"] < 0.4 < far["distance"]
    assert found(source)["alarms"] == []


def test_categories_named_by_numbers_are_no_drift(source: Path) -> None:
    path = source / "evaluation"
    renamed = (path / "schema.json").read_text().replace('"clear", "grey"', '"1", "2"')
    (path / "schema.json").write_text(renamed)
    change(source, "evaluation/baseline-rows.csv", sky=lambda rows: rows["sky"].map({"clear": 1, "grey": 2}))
    change(source, "predictions/predictions.csv", sky=lambda rows: rows["sky"].map({"clear": 1, "grey": 2}))
    assert run(source) == 0
    assert max(feature["distance"] for feature in found(source)["drift"]["features"]) < 0.5


def test_metrics_that_cloudwatch_does_not_take_are_a_sentence(
    source: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    assert run(source, more=["--pipeline", "Bikes"]) == 0
    assert "no metrics in CloudWatch: The job has no region" in capsys.readouterr().out


def test_the_page_is_korean_throughout(source: Path) -> None:
    change(source, "actuals/rentals.csv", rentals=lambda rows: rows["rentals"] + 40)
    change(source, "predictions/predictions.csv", sky="purple")
    assert run(source, more=["--lang", "ko"]) == 0
    page = (source / "out" / "report.html").read_text()
    assert "기간의 rmse은(는)" in page
    assert "168행에 학습 때 없던 범주가 있습니다: purple." in page
    assert " to " not in page.partition("<body")[2]
    assert found(source)["alarms"][0].startswith("rmse is ")


def test_rows_without_a_time_are_compared_by_themselves(source: Path) -> None:
    path = source / "evaluation" / "schema.json"
    path.write_text(json.dumps({**SCHEMA, "keys": {"columns": ["datetime"]}}))
    change(source, "predictions/predictions.csv", temperature=lambda rows: rows["temperature"] + 20)
    assert run(source) == 0
    assert found(source)["unit"] == "row"
    assert "temperature" in [feature["name"] for feature in found(source)["drift"]["features"] if feature["drifted"]]


@pytest.mark.parametrize(
    ("columns", "feature", "check"),
    [
        ({"sky": "purple"}, "sky", "categorical_values_check"),
        ({"temperature": np.nan}, "temperature", "completeness_check"),
        ({"temperature": "warm"}, "temperature", "data_type_check"),
        ({"temperature": 99}, "temperature", "baseline_drift_check"),
        ({"moon": 1}, "moon", "extra_column_check"),
    ],
)
def test_rows_unlike_the_training_violate_the_baseline(source: Path, columns: Any, feature: str, check: str) -> None:
    change(source, "predictions/predictions.csv", **columns)
    assert run(source) == 0
    written = json.loads((source / "out" / "constraint_violations.json").read_text())["violations"]
    assert (feature, check) in [(each["feature_name"], each["constraint_check_type"]) for each in written]


def test_a_missing_feature_is_a_violation(source: Path) -> None:
    baseline, constraints = (
        json.loads((source / "evaluation" / f"{name}.json").read_text()) for name in ("statistics", "constraints")
    )
    rows = pd.DataFrame({"temperature": [1.0]})
    assert [each.check for each in violations(rows, baseline, constraints, [])] == ["missing_column_check"]


@pytest.mark.parametrize(
    ("file", "change_rows", "sentence"),
    [
        ("actuals/rentals.csv", lambda rows: rows.drop(columns="rentals"), "rentals.csv has no column rentals"),
        ("actuals/rentals.csv", lambda rows: pd.concat([rows, rows[:1]]), "twice; keep one row for each key"),
        (
            "actuals/rentals.csv",
            lambda rows: rows.assign(datetime="2031-01-01").head(1),
            "No key of predictions.csv is in",
        ),
        (
            "actuals/rentals.csv",
            lambda rows: rows.assign(rentals="many"),
            "'many' in the column rentals, which is not a number",
        ),
        ("predictions/predictions.csv", lambda rows: rows.assign(datetime="soon").head(1), "cannot be read as a table"),
    ],
)
def test_bad_files_are_refused_in_a_sentence(source: Path, file: str, change_rows: Any, sentence: str) -> None:
    change_rows(pd.read_csv(source / file)).to_csv(source / file, index=False)
    assert run(source) == 1
    assert sentence in (source / "message").read_text()
    assert not (source / "out").exists()


@pytest.mark.parametrize("keys", [{}, {"columns": ["row"], "row_number": "row"}])
def test_a_data_set_without_keys_is_refused(source: Path, keys: dict[str, Any]) -> None:
    (source / "evaluation" / "schema.json").write_text(json.dumps({**SCHEMA, "keys": keys}))
    assert run(source) == 1
    assert "The data set has no key" in (source / "message").read_text()


@pytest.mark.parametrize("key", ["id", "actual", "probability"])
def test_the_test_set_is_read_as_it_was_written(tmp_path: Path, key: str) -> None:
    task = Task("t", "binary", "auc", "churned", classes=("no", "yes"), threshold=3.5)
    schema = Schema({"keys": {"columns": [key]}}, "0", tmp_path / "schema.json")
    labels, predicted = np.array([1.0, 0.0, 1.0]), np.array([0.75, 0.5, 0.25])
    part = Part(np.empty((3, 0)), labels, pd.DataFrame({key: ["a", "b", "c"]}))
    (tmp_path / "predictions.csv").write_text(predictions_csv(task, schema, part, predicted))
    read = read_test_set(tmp_path / "predictions.csv", task, schema)
    assert read.part.keys[key].tolist() == ["a", "b", "c"]
    np.testing.assert_array_equal(read.part.labels, labels)
    np.testing.assert_array_equal(read.predicted, predicted)


def test_a_season_is_no_drift() -> None:
    window, known = weather(pd.date_range("2019-06-01", "2019-07-26"), 5), weather(YEAR, 1)
    result = drift(window, known, FEATURES, seed=1)
    assert result["tested"]
    assert not any(feature["drifted"] for feature in result["features"])
    months = set(same_time_of_year(known, window)["unit"].str[5:7])
    assert months == {"05", "06", "07", "08"}


def test_a_short_window_is_reported_and_not_tested() -> None:
    result = drift(weather(pd.date_range("2019-06-01", "2019-06-02"), 5), weather(YEAR[:3], 1), FEATURES, seed=1)
    assert not result["tested"]
    assert not any(feature["drifted"] for feature in result["features"])
