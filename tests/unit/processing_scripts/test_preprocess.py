"""The job as a whole: its outputs, and no leakage from the test set."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from processing_scripts import recordio
from processing_scripts.datasets import PARTS
from processing_scripts.seoul_bike.splits import SPLITS

REPOSITORY = Path(__file__).parents[3]
TASKS = ("regression", "classification")


@pytest.fixture(scope="module")
def data(raw_frame, csv_bytes):
    return csv_bytes(raw_frame())


@pytest.fixture(scope="module", params=SPLITS)
def job(request, data, run_job):
    return run_job(data, "--option", f"split={request.param}", "--seed", "7")


@pytest.fixture(scope="module")
def schema(job):
    return json.loads((job.output / "schema" / "schema.json").read_text())


def files_below(directory):
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())


def test_output_files(job):
    assert files_below(job.output) == sorted(
        [f"{task}/{part}/data.csv" for task in TASKS for part in PARTS]
        + [f"keys/{part}.csv" for part in (*PARTS, "batch")]
        + ["batch/data.csv", "schema/schema.json", "schema/data-report.json", "schema/data-report.html"]
    )


def test_recordio_has_the_rows_of_csv(run_job, data):
    job = run_job(data, "--batch-format", "recordio")
    written = [path.parent for path in (job.output / "recordio").rglob("*.recordio")]
    paths = {str(path.relative_to(job.output / "recordio")) for path in written}
    assert paths == {"batch", *(f"{task}/{part}" for task in TASKS for part in ("train", "validation"))}
    for path in paths:
        features, labels = recordio.loads((job.output / "recordio" / path / "data.recordio").read_bytes())
        table = job.table(f"{path}/data.csv").to_numpy(dtype=np.float32)
        expected = table if labels is None else table[:, 1:]
        np.testing.assert_array_equal(features, expected)
        assert (labels is None) == (path == "batch")
        assert labels is None or labels.tolist() == table[:, 0].tolist()


def test_csv_has_no_header_and_label_first(job):
    for part in PARTS:
        keys = job.table(f"keys/{part}.csv")
        regression = job.table(f"regression/{part}/data.csv")
        classification = job.table(f"classification/{part}/data.csv")
        learned = keys["functioning_day"].eq("Yes") | (part == "test")
        assert regression[0].tolist() == keys.loc[learned, "rentals"].tolist()
        assert set(classification[0]) == {0, 1}
        features = classification.drop(columns=0).astype(float)
        assert regression.drop(columns=0).astype(float).equals(features[learned].reset_index(drop=True))
        assert all(np.issubdtype(dtype, np.number) for dtype in regression.dtypes)


def test_regression_trains_on_open_hours(job, schema):
    closed = schema["rules"][0]
    column = 1 + [feature["name"] for feature in schema["features"]].index(closed["feature"])
    for part in closed["left_out_of"]["regression"]:
        assert closed["value"] not in set(job.table(f"regression/{part}/data.csv")[column])
    test = job.table("regression/test/data.csv")
    assert len(test) == schema["rows"]["test"]
    assert set(test.loc[test[column] == closed["value"], 0]) <= {closed["predict"]}


def test_label_is_high_demand(job, schema):
    for part in PARTS:
        high = job.table(f"keys/{part}.csv")["rentals"] > schema["tasks"]["classification"]["threshold"]
        assert job.table(f"classification/{part}/data.csv")[0].tolist() == high.astype(int).tolist()


def test_threshold_comes_from_training_set(job, schema):
    assert schema["tasks"]["classification"]["threshold"] == job.table("keys/train.csv")["rentals"].median()


def test_every_hour_is_in_one_set(job, raw_frame):
    hours = pd.concat([job.table(f"keys/{part}.csv")["datetime"] for part in PARTS])
    assert len(hours) == len(raw_frame())
    assert hours.is_unique


def test_test_set_does_not_influence_training(raw_frame, csv_bytes, run_job, data):
    """Other rentals and other weather in the test hours change neither the training files nor the threshold."""
    options = ("--option", "split=days", "--seed", "7", "--option", "features=now")
    before = run_job(data, *options)
    test_hours = set(before.table("keys/test.csv")["datetime"])
    frame = raw_frame()
    starts = pd.to_datetime(frame["Date"] + " " + frame["Hour"], format="%d/%m/%Y %H").dt.strftime("%Y-%m-%dT%H:%M:%S")
    frame.loc[starts.isin(test_hours), ["Rented Bike Count", "Rainfall(mm)"]] = ["3000", "12"]
    frame.loc[starts == min(test_hours), "Rented Bike Count"] = "1"
    after = run_job(csv_bytes(frame), *options)
    for path in ("regression/train/data.csv", "regression/validation/data.csv", "classification/train/data.csv"):
        assert (before.output / path).read_bytes() == (after.output / path).read_bytes()
    schemas = [json.loads((job.output / "schema" / "schema.json").read_text()) for job in (before, after)]
    for schema in schemas:
        del schema["dataset"]["sha256"]
    assert schemas[0] == schemas[1]


def test_test_rentals_do_not_influence_history(raw_frame, csv_bytes, run_job, data):
    before = run_job(data, "--option", "features=history")
    frame = raw_frame()
    starts = pd.to_datetime(frame["Date"] + " " + frame["Hour"], format="%d/%m/%Y %H").dt.strftime("%Y-%m-%dT%H:%M:%S")
    frame.loc[starts.isin(set(before.table("keys/test.csv")["datetime"])), "Rented Bike Count"] = "777"
    frame.loc[starts == before.table("keys/test.csv")["datetime"].min(), "Rented Bike Count"] = "1"
    after = run_job(csv_bytes(frame), "--option", "features=history")
    for path in [f"{task}/{part}/data.csv" for task in TASKS for part in ("train", "validation")] + ["batch/data.csv"]:
        assert (before.output / path).read_bytes() == (after.output / path).read_bytes()


def test_schema_contains_its_settings(job, schema, data):
    assert schema["format_version"] == 2
    assert schema["options"] == {"split": schema["split"], "features": "history"}
    assert (schema["history"]["hours"], schema["history"]["of"]) == (168, ["weather"])
    assert (schema["seed"], schema["tasks"]["classification"]["threshold_quantile"]) == (7, 0.5)
    assert list(schema["tasks"]) == list(TASKS)
    assert schema["rows"] == {part: len(job.table(f"keys/{part}.csv")) for part in (*PARTS, "batch")}
    assert schema["dataset"] == schema["dataset"] | {
        "sha256": hashlib.sha256(data).hexdigest(),
        "rows": 1440,
        "kind": "real-data",
        "first": "2018-04-20T00:00:00",
        "last": "2018-06-18T23:00:00",
    }
    assert len(schema["features"]) == job.table("batch/data.csv").shape[1]


def test_same_input_gives_same_bytes(data, run_job):
    first, second = (run_job(data, "--seed", "7") for _ in range(2))
    for path in files_below(first.output):
        assert (first.output / path).read_bytes() == (second.output / path).read_bytes(), path


@pytest.mark.parametrize(
    ("split", "features", "digest"),
    [
        ("days", "history", "642b7068b9428e13"),
        ("hours", "now", "370b4efac0a1c5a2"),
        ("time", "lags", "c8e2a6af3d0ada5a"),
    ],
)
def test_sets_keep_their_bytes(split, features, digest, data, run_job):
    """The sets are what they were before the bikes were one data set of many."""
    job = run_job(data, "--seed", "7", "--option", f"split={split}", "--option", f"features={features}")
    content = hashlib.sha256()
    for path in sorted(job.output.rglob("data.csv")):
        content.update(path.read_bytes())
    assert content.hexdigest()[:16] == digest


def test_test_set_is_the_default_batch(job):
    batch = job.table("batch/data.csv")
    assert batch.to_numpy().tolist() == job.table("regression/test/data.csv").drop(columns=0).to_numpy().tolist()
    keys = job.table("keys/batch.csv")
    assert list(keys)[-1] == "functioning_day", "what the evaluation derives is none of the batch's"
    assert keys.equals(job.table("keys/test.csv")[list(keys)])


def test_batch_of_other_hours(data, raw_frame, csv_bytes, run_job):
    coming = raw_frame(first="2018-07-01", hours=30).drop(columns="Rented Bike Count")
    other = csv_bytes(coming, encoding="utf-8", separator=";", line_end="\n")
    job = run_job(data, "--option", "features=now", batch=other)
    keys = job.table("keys/batch.csv")
    assert keys["datetime"].tolist()[::29] == ["2018-07-01T00:00:00", "2018-07-02T05:00:00"]
    assert keys["rentals"].isna().all()
    assert len(job.table("batch/data.csv")) == 30


def test_failed_humidity_sensor(raw_frame, csv_bytes, run_job):
    frame = raw_frame()
    frame.loc[::100, "Humidity(%)"] = "0"
    job = run_job(csv_bytes(frame))
    schema = json.loads((job.output / "schema" / "schema.json").read_text())
    (humidity,) = (feature for feature in schema["features"] if feature["name"] == "humidity")
    assert humidity["minimum"] > 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--option", "shape=round"], "has no option 'shape'; its options are split, features."),
        (["--option", "split=weeks"], "The option 'split' is 'weeks'; choose days or hours or time."),
        (["--task", "ranking"], "has no task 'ranking'; its tasks are regression, classification."),
    ],
)
def test_choices_that_the_data_set_lacks(arguments, sentence, data, run_job):
    assert sentence in run_job(data, *arguments).message


def test_generated_sample_is_marked(raw_frame, csv_bytes, run_job):
    job = run_job(csv_bytes(raw_frame().assign(**{"Generated Sample": "Yes"})))
    schema = json.loads((job.output / "schema" / "schema.json").read_text())
    assert schema["dataset"]["kind"] == "generated-sample"


def test_threshold_quantile(data, run_job):
    job = run_job(data, "--threshold-quantile", "0.75")
    schema = json.loads((job.output / "schema" / "schema.json").read_text())
    assert schema["tasks"]["classification"]["threshold"] == job.table("keys/train.csv")["rentals"].quantile(0.75)


def test_runs_as_in_a_container(data, tmp_path):
    for name in ("data", "batch"):
        (tmp_path / "input" / name).mkdir(parents=True)
        (tmp_path / "input" / name / "bikes.csv").write_bytes(data)
    command = [sys.executable, "-W", "error", "-m", "processing_scripts.preprocess", "--option", "split=time"]
    command += [
        "--input",
        str(tmp_path / "input"),
        "--output",
        str(tmp_path / "output"),
        "--message",
        str(tmp_path / "m"),
    ]
    environment = {"PYTHONPATH": str(REPOSITORY), "PATH": os.environ["PATH"]}
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert len(files_below(tmp_path / "output")) == 14


@pytest.mark.parametrize("split", SPLITS)
def test_real_file_with_every_split(split, real_file, run_job):
    job = run_job(real_file.read_bytes(), "--option", f"split={split}", "--seed", "42")
    assert job.exit_code == 0
    schema = json.loads((job.output / "schema" / "schema.json").read_text())
    assert sum(schema["rows"][part] for part in PARTS) == 8760
    assert 400 < schema["tasks"]["classification"]["threshold"] < 700
