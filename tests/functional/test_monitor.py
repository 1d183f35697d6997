"""What becomes of a registered version, as a person would ask."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from tests.functional.conftest import Finished, Ran

BUCKET = "sagemaker-us-east-1-123456789012"


@pytest.fixture(scope="module")
def window(finished: Finished) -> Finished:
    """Eight weeks of predictions, and the rentals of their hours."""
    encoded = finished.data.read_bytes()
    text = encoded.decode("utf-8" if b"\xc2\xb0" in encoded[:500] else "latin-1")
    table = pd.read_csv(io.StringIO(text), dtype=str).iloc[24 * 100 : 24 * 160]
    table.drop(columns="Rented Bike Count").to_csv(finished.folder / "window.csv", index=False)
    hours = pd.to_datetime(table["Date"], format="%d/%m/%Y") + pd.to_timedelta(table["Hour"].astype(int), "h")
    truth = pd.DataFrame({"datetime": hours, "rentals": table["Rented Bike Count"].astype(int)})
    truth.to_csv(finished.folder / "truth.csv", index=False)
    opposite = truth.assign(rentals=truth["rentals"].max() - truth["rentals"])
    opposite.to_csv(finished.folder / "opposite.csv", index=False)
    ran = finished.command("batch", "run", "--input", "window.csv", "--output", "window", "--task", "classification")
    assert ran.code == 0, ran.stderr
    return finished


def monitor(window: Finished, actuals: str, *arguments: str) -> Ran:
    files = ("--predictions", "window/predictions.csv", "--actuals", actuals, "--task", "classification")
    return window.command("monitor", *files, *arguments)


def test_a_model_that_still_predicts_well_raises_no_alarm_of_quality(window: Finished) -> None:
    ran = monitor(window, "truth.csv", "--json")
    assert ran.json["quality"]["verdict"] == "no alarm", ran.stderr
    folder = window.folder / ran.json["folder"]
    files = {path.name for path in folder.iterdir()}
    violated = json.loads((folder / "constraint_violations.json").read_text())["violations"]
    assert not [each for each in violated if each["constraint_check_type"].endswith("column_check")]
    assert files >= {"statistics.json", "constraints.json", "constraint_violations.json", "report.html"}


def test_an_alarm_fails_the_execution_with_its_numbers(window: Finished) -> None:
    ran = monitor(window, "opposite.csv", "--json")
    assert ran.code == 1, ran.stderr
    assert ran.json["quality"]["verdict"] == "worse"
    steps = window.client("sagemaker").list_pipeline_execution_steps(PipelineExecutionArn=ran.json["execution"]["arn"])
    reasons = [step.get("FailureReason", "") for step in steps["PipelineExecutionSteps"]]
    assert any("The monitor of classification alarms: auc is 0." in reason for reason in reasons)
    monitored = ("--pipeline-name", "SeoulBikeDemandMonitor")
    described = window.command("executions", "describe", ran.json["execution"]["arn"], *monitored, "--json")
    assert described.json["monitoring"]["quality"]["verdict"] == "worse"
    listed = window.command("executions", "list", *monitored).stdout
    assert "AlarmRaised: The monitor of classification alarms" in listed


def test_it_is_upserted_and_started_as_run_is(window: Finished) -> None:
    upserted = window.command("monitor", "--upsert", "--task", "classification", "--json")
    assert (upserted.code, upserted.json["execution"]) == (0, None), upserted.stderr
    without = window.command("monitor", "--start", "--task", "classification")
    assert (without.code, "--predictions is missing" in without.stderr) == (2, True)


def test_a_schedule_judges_addresses_whose_content_changes(window: Finished) -> None:
    refused = monitor(window, "truth.csv", "--schedule", "rate(1 day)")
    assert refused.code == 2
    assert "a schedule would judge the same file at every start" in refused.stderr
    bucket = "sagemaker-us-east-1-123456789012"
    uris = [f"s3://{bucket}/SeoulBikeDemand/windows/{name}.csv" for name in ("predictions", "actuals")]
    files = ("--predictions", uris[0], "--actuals", uris[1], "--task", "classification")
    ran = window.command("monitor", "--upsert", "--schedule", "cron(0 3 1 1 ? 2199)", *files, "--json")
    assert ran.code == 0, ran.stderr
    schedule = window.client("scheduler").get_schedule(Name="SeoulBikeDemandMonitor-classification")
    request = json.loads(schedule["Target"]["Input"])
    assert request["PipelineName"] == "SeoulBikeDemandMonitor"
    values = {each["Name"]: each["Value"] for each in request["PipelineParameters"]}
    assert [values["PredictionsUri"], values["ActualsUri"], values["Task"]] == [*uris, "classification"]
    off = window.command("monitor", "--schedule", "off", "--task", "classification")
    assert "The schedule is deleted." in off.stderr


def test_what_an_endpoint_captured_is_judged_by_raw_rows(window: Finished) -> None:
    named = ("--name", "Watched")
    deploy = ("deploy", "--task", "classification", "--approve", "--data-capture", "100", *named)
    assert window.command("endpoint", *deploy).code == 0
    invoked = window.command("endpoint", "invoke", "--file", "window.csv", *named, "--json")
    assert invoked.code == 0, invoked.stderr
    ran = window.command("monitor", "--endpoint", "Watched", "--actuals", str(window.data), "--json")
    assert ran.json["quality"]["verdict"] == "no alarm", ran.stderr
    assert ran.json["quality"]["rows"] == len(invoked.json["predictions"])
    content = json.loads((window.folder / ran.json["folder"] / "monitoring.json").read_text())
    assert content["version"] == ran.json["model_package_arn"].rpartition("model-package/")[2]
    metrics = window.client("cloudwatch").list_metrics(Namespace="boostpipe/Monitor")["Metrics"]
    assert {"auc", "Alarm", "LargestDistance"} <= {metric["MetricName"] for metric in metrics}
    objects = window.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="SeoulBikeDemand/captured/Watched/raw")
    assert sorted(each["Key"].rpartition("/")[2] for each in objects["Contents"]) == ["keys.csv", "rows.csv"]
    assert window.command("endpoint", "delete", *named, "--yes").code == 0


def test_an_endpoint_that_keeps_no_calls_is_refused(window: Finished) -> None:
    assert "no endpoint Nobody" in window.command("monitor", "--endpoint", "Nobody", "--actuals", "truth.csv").stderr
    alone = window.command("monitor", "--since", "7d", "--predictions", "window/predictions.csv")
    assert (alone.code, "name their endpoint with --endpoint" in alone.stderr) == (2, True)


def test_the_version_carries_its_baseline(window: Finished) -> None:
    sagemaker = window.client("sagemaker")
    group = "SeoulBikeDemand-classification"
    newest = sagemaker.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"][0]
    carried = sagemaker.describe_model_package(ModelPackageName=newest["ModelPackageArn"])["DriftCheckBaselines"]
    bucket, _, key = carried["ModelDataQuality"]["Constraints"]["S3Uri"].removeprefix("s3://").partition("/")
    constraints = json.loads(window.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    assert {"name": "temperature", "inferred_type": "Fractional", "completeness": 1.0} in constraints["features"]


def test_a_file_that_is_not_there_is_named(window: Finished) -> None:
    ran = monitor(window, "nowhere.csv")
    assert ran.code == 2
    assert "--actuals: there is no file nowhere.csv." in ran.stderr
    assert not Path(window.folder / "nowhere.csv").exists()
