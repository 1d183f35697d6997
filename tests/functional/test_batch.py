"""New rows of any size through a registered model, as a person would have them predicted."""

from __future__ import annotations

import contextlib
import csv
import io
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest

from pipelines.definition.formats import CSV
from pipelines.errors import PipelineError
from pipelines.models.registry import ModelMetadata
from pipelines.serving.batch.result import Responses, write_result
from pipelines.serving.batch.rows import Part, Prepared
from tests.functional.conftest import Finished, Ran, environment

BUCKET = "sagemaker-us-east-1-123456789012"
NAMED = ("--pipeline-name", "Batches")


@pytest.fixture(scope="module")
def registered(finished: Finished, data: Path) -> Finished:
    """A pipeline of its own, with an XGBoost for regression and a LightGBM for classification registered."""
    for task, algorithm in (("regression", "xgboost"), ("classification", "lightgbm")):
        models = ("--task", task, "--algorithms", algorithm, "--max-rmse", "1e6", "--min-auc", "0")
        ran = finished.command("run", "--upsert", "--start", *NAMED, *models, "--data", str(data))
        assert ran.code == 0, ran.stderr
    return finished


def predict(registered: Finished, *arguments: str) -> Ran:
    return registered.command("batch", "run", *NAMED, *arguments)


@pytest.fixture(scope="module")
def rows(registered: Finished, data: Path) -> Path:
    """Five weeks of raw rows, without the rentals, of which the first is history."""
    text = data.read_bytes().decode("utf-8" if b"\xc2\xb0" in data.read_bytes()[:500] else "latin-1")
    table = pd.read_csv(io.StringIO(text), dtype=str).iloc[: 24 * 35].drop(columns="Rented Bike Count")
    path = registered.folder / "rows.csv"
    table.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def first(registered: Finished, rows: Path) -> Ran:
    ran = predict(registered, "--input", str(rows), "--output", "first", "--rows-per-object", "250", "--json")
    assert ran.code == 0, ran.stderr
    return ran


def predictions(ran: Ran) -> list[dict[str, str]]:
    path = ran.folder / ran.json["files"]["csv"]
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_every_hour_with_history_is_predicted_beside_its_features(first: Ran, rows: Path) -> None:
    report, found = first.json, predictions(first)
    assert report["rows"] == {"read": 840, "predicted": len(found), "history_only": 840 - len(found)}
    assert 0 < report["rows"]["history_only"] <= 168
    assert report["objects"] == 4
    raw = pd.read_csv(rows)
    hours = pd.to_datetime(raw["Date"], format="%d/%m/%Y") + pd.to_timedelta(raw["Hour"], unit="h")
    assert [row["datetime"] for row in found] == hours.dt.strftime("%Y-%m-%dT%H:%M:%S").tolist()[840 - len(found) :]
    assert [float(row["temperature"]) for row in found] == raw["Temperature(°C)"].tolist()[840 - len(found) :]
    numbers = [float(row["predicted_rentals"]) for row in found]
    assert min(numbers) >= 0
    assert len(set(numbers)) > 100


def test_closed_hours_are_predicted_as_the_schema_says(registered: Finished, rows: Path) -> None:
    raw = pd.read_csv(rows, dtype=str)
    raw.loc[raw.index[-24:], "Functioning Day"] = "No"
    raw.to_csv(registered.folder / "closed.csv", index=False)
    closed = predict(registered, "--input", "closed.csv", "--output", "closed", "--json")
    assert closed.code == 0, closed.stderr
    numbers = [float(row["predicted_rentals"]) for row in predictions(closed)]
    assert set(numbers[-24:]) == {0.0}
    assert min(numbers[-48:-24]) > 0


def test_parquet_and_csv_say_the_same(first: Ran) -> None:
    table = pd.read_parquet(first.folder / first.json["files"]["parquet"])
    found = pd.read_csv(
        first.folder / first.json["files"]["csv"], parse_dates=["datetime"], float_precision="round_trip"
    )
    pd.testing.assert_frame_equal(table, found, check_dtype=False)


def test_rows_without_weather_or_years_ahead_are_reported(registered: Finished, rows: Path) -> None:
    table = pd.read_csv(rows, dtype=str).iloc[: 24 * 10]
    table.loc[24 * 9 :, next(name for name in table if name.startswith("Temp"))] = ""
    table["Date"] = [day[:-4] + str(int(day[-4:]) + 6) for day in table["Date"]]
    path = rows.with_name("ahead.csv")
    table.to_csv(path, index=False)
    ran = predict(registered, "--input", str(path), "--output", "ahead", "--json")
    assert ran.code == 0, ran.stderr
    assert "Missing values: temperature is empty in 24 rows." in ran.json["remarks"]
    assert "Missing values: temperature is empty in 24 rows." in ran.stderr
    assert any(remark.startswith("Outside the range of the training set: ") for remark in ran.json["remarks"])


def test_the_size_of_the_objects_changes_nothing(registered: Finished, rows: Path, first: Ran) -> None:
    whole = predict(registered, "--input", str(rows), "--output", "whole", "--json")
    assert whole.code == 0, whole.stderr
    assert whole.json["objects"] == 1
    one, other = (ran.folder / ran.json["files"]["csv"] for ran in (first, whole))
    assert one.read_bytes() == other.read_bytes()


def test_recordio_gives_the_same_predictions(registered: Finished, rows: Path, first: Ran) -> None:
    arguments = ("--input", str(rows), "--output", "recordio", "--format", "recordio", "--rows-per-object", "300")
    recordio = predict(registered, *arguments, "--json")
    assert recordio.code == 0, recordio.stderr
    for one, other in zip(predictions(first), predictions(recordio), strict=True):
        assert float(one["predicted_rentals"]) == pytest.approx(float(other["predicted_rentals"]), rel=1e-6)


def test_json_responses_are_read_and_series_keep_their_history(registered: Finished, rows: Path) -> None:
    raw = pd.read_csv(rows, dtype=str)
    mixed = pd.concat([raw.assign(Station="Han, north"), raw.assign(Station="Gangnam")]).sort_index(kind="stable")
    mixed.to_csv(registered.folder / "stations.csv", index=False)
    arguments = ("--input", "stations.csv", "--series", "Station", "--task", "classification", "--output", "stations")
    ran = predict(registered, *arguments, "--rows-per-object", "500", "--json")
    assert ran.code == 0, ran.stderr
    assert ran.json["algorithm"] == "lightgbm"
    found = predictions(ran)
    decided = {
        word: [float(row["probability_of_high_demand"]) for row in found if row["high_demand"] == word]
        for word in ("true", "false")
    }
    assert len(decided["true"]) + len(decided["false"]) == len(found)
    assert max(decided["false"]) < min(decided["true"])
    stations = {name: [row for row in found if row["Station"] == name] for name in ("Han, north", "Gangnam")}
    assert len(stations["Gangnam"]) == len(stations["Han, north"]) == len(found) / 2
    for one, other in zip(*stations.values(), strict=True):
        assert {**one, "Station": ""} == {**other, "Station": ""}
        assert 0 <= float(one["probability_of_high_demand"]) <= 1


def test_input_and_result_in_s3_leave_nothing_else_there(registered: Finished, rows: Path, first: Ran) -> None:
    s3 = registered.client("s3")
    s3.upload_file(str(rows), BUCKET, "new/rows.csv")
    arguments = ("--input", f"s3://{BUCKET}/new/rows.csv", "--output", f"s3://{BUCKET}/predicted/")
    ran = predict(registered, *arguments)
    assert ran.code == 0, ran.stderr
    assert f"s3://{BUCKET}/predicted/predictions.parquet" in ran.stdout
    body = s3.get_object(Bucket=BUCKET, Key="predicted/predictions.csv")["Body"].read()
    assert body == (first.folder / first.json["files"]["csv"]).read_bytes()
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET, Prefix="Batches/batch/")
    models = registered.client("sagemaker").list_models(NameContains="Batches-")["Models"]
    assert models == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--input", "nowhere.csv"], "There is no file nowhere.csv. Name a CSV file of raw rows"),
        (["--input", f"s3://{BUCKET}/nowhere.csv"], f"s3://{BUCKET}/nowhere.csv cannot be read"),
        (
            ["--input", "rows.csv", "--rows-per-object", "0"],
            "argument --rows-per-object: '0' is not a whole number from 1 to 10000000.",
        ),
        (
            ["--input", "rows.csv", "--task", "classification", "--format", "recordio"],
            "LightGBM cannot read recordio (application/x-recordio-protobuf), which xgboost does",
        ),
        (["--input", "rows.csv", "--latest-approved"], "No version of Batches-regression is approved"),
        (["--input", "rows.csv", "--pipeline-name", "Other"], "There is no model package group Other-regression"),
        (["--input", "rows.csv", "--series", "Stop"], "The series column 'Stop' is missing"),
        (["--input", "short.csv"], "None of the 48 hours to predict has its history"),
        (["--input", "doubled.csv"], "does not come after line 301"),
        (["--input", "foreign.csv"], "Column 'Date' is missing"),
        (["--input", "rows.csv", "--output", "foreign.csv"], "--output is foreign.csv, where nothing can be written ("),
        (["--input", "rows.csv", "--output", "s3://no-such-bucket/x"], "but there is no bucket no-such-bucket."),
    ],
)
def test_what_cannot_be_predicted_gets_one_sentence_and_leaves_nothing(
    registered: Finished, rows: Path, arguments: list[str], sentence: str
) -> None:
    raw = pd.read_csv(rows, dtype=str)
    raw.iloc[:48].to_csv(registered.folder / "short.csv", index=False)
    raw.iloc[[*range(300), *range(299, 840)]].to_csv(registered.folder / "doubled.csv", index=False)
    (registered.folder / "foreign.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    refused = predict(registered, "--output", "refused", *arguments)
    assert refused.code == 2
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""
    assert not (registered.folder / "refused").exists()
    assert "Contents" not in registered.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="Batches/batch/")


def nothing_left(registered: Finished) -> bool:
    s3, sagemaker = registered.client("s3"), registered.client("sagemaker")
    objects = s3.list_objects_v2(Bucket=BUCKET, Prefix="Batches/batch/").get("Contents", [])
    return objects == [] and sagemaker.list_models(NameContains="Batches-")["Models"] == []


def test_a_job_that_fails_says_why_and_leaves_nothing(registered: Finished, rows: Path) -> None:
    """A version whose artifact is no archive."""
    sagemaker = registered.client("sagemaker")
    registered.client("s3").put_object(Bucket=BUCKET, Key="broken/model.tar.gz", Body=b"no archive")
    newest = sagemaker.list_model_packages(ModelPackageGroupName="Batches-regression")["ModelPackageSummaryList"][0]
    package = sagemaker.describe_model_package(ModelPackageName=newest["ModelPackageArn"])
    container = package["InferenceSpecification"]["Containers"][0]
    sagemaker.create_model_package_group(ModelPackageGroupName="Broken")
    broken = sagemaker.create_model_package(
        ModelPackageGroupName="Broken",
        InferenceSpecification={
            "Containers": [{"Image": container["Image"], "ModelDataUrl": f"s3://{BUCKET}/broken/model.tar.gz"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        CustomerMetadataProperties=package["CustomerMetadataProperties"],
    )["ModelPackageArn"]
    failed = predict(registered, "--input", str(rows), "--model-package", broken, "--output", "failed")
    assert failed.code == 1
    assert "is Failed: " in failed.stderr
    assert "log: /aws/sagemaker/TransformJobs" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert failed.stdout == ""
    assert not (registered.folder / "failed").exists()
    assert nothing_left(registered)


def test_ctrl_c_ends_the_job_and_leaves_nothing(registered: Finished, rows: Path) -> None:
    process = begun_with_many_rows(registered, rows)
    assert process.stderr is not None
    while not (line := process.stderr.readline()).startswith("Transform job "):
        assert line, "the command has ended"
    name = line.split()[-1]
    interrupt(process, registered)
    job = registered.client("sagemaker").describe_transform_job(TransformJobName=name)
    assert job["TransformJobStatus"] == "Stopped"


def test_ctrl_c_during_preprocessing_leaves_nothing(registered: Finished, rows: Path) -> None:
    process = begun_with_many_rows(registered, rows, "--rows-per-object", "100")
    while not any("chunk_writer" in command_of(child) for child in descendants(process)):
        assert process.poll() is None, "the command has ended"
        time.sleep(0.05)
    started = descendants(process)
    interrupt(process, registered)
    assert [child for child in started if "processing_scripts" in command_of(child)] == []


def begun_with_many_rows(registered: Finished, rows: Path, *options: str) -> subprocess.Popen[str]:
    raw = pd.read_csv(rows, dtype=str)
    many = pd.concat([raw.assign(Station=str(number)) for number in range(60)])
    many.to_csv(registered.folder / "many.csv", index=False)
    command = [sys.executable, "-m", "pipelines", "batch", "run", *NAMED, "--input", "many.csv", "--series", "Station"]
    return subprocess.Popen(
        [*command, *options, "--output", "interrupted"],
        cwd=registered.folder,
        env=environment(registered.cache),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def interrupt(process: subprocess.Popen[str], registered: Finished) -> None:
    """Press Ctrl-C: the command reports it, and leaves no process and no file."""
    process.send_signal(signal.SIGINT)
    output, log = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Interrupted." in log
    assert "Traceback" not in log
    assert output == ""
    assert not (registered.folder / "interrupted").exists()
    assert nothing_left(registered)


def descendants(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def command_of(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.NoSuchProcess):
        if process.status() != psutil.STATUS_ZOMBIE:
            return " ".join(process.cmdline())
    return ""


@pytest.mark.parametrize("answers", [b"1.5\n", b"1.5\n2.5\n3.5\n", None])
def test_nothing_is_joined_by_luck(registered: Finished, tmp_path: Path, answers: bytes | None) -> None:
    """An answer too few, one too many, or an object without any."""
    s3 = registered.client("s3")
    pd.DataFrame({"datetime": pd.date_range("2018-01-01", periods=2, freq="h"), "hour": [0, 1]}).to_parquet(
        tmp_path / "part-00000.parquet", index=False
    )
    if answers is not None:
        s3.put_object(Bucket=BUCKET, Key="counted/part-00000.csv.out", Body=answers)
    else:
        s3.delete_object(Bucket=BUCKET, Key="counted/part-00000.csv.out")
    prepared = Prepared((Part("part-00000", 2, tmp_path / "part-00000.parquet"),), read=2)
    schema = {"tasks": {"regression": {"kind": "regression", "target": "rentals"}}}
    lying = Responses(s3, f"s3://{BUCKET}/counted", CSV, ModelMetadata(b"{}", schema, {}), "regression")
    with pytest.raises(PipelineError, match=r"batch answers for 2 rows|part-00000 has no response"):
        write_result(prepared, lying, tmp_path / "result")
    assert list((tmp_path / "result").iterdir()) == []
