"""``--schedule`` and ``--estimate`` of ``python -m pipelines.run``."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest

from pipelines.execution.schedule import SCHEDULED_TIME
from tests.functional.conftest import Finished, Run
from tests.support.aws import standing_in_for_aws

SMALL = ("--task", "classification", "--algorithms", "lightgbm", "--pipeline-name", "Scheduled")
ROLE = "arn:aws:iam::123456789012:role/Starter"


def _parameters(finished: Finished) -> dict[str, str]:
    target = finished.client("scheduler").get_schedule(Name="Scheduled")["Target"]
    return {each["Name"]: each["Value"] for each in json.loads(target["Input"])["PipelineParameters"]}


def test_schedule_starts_the_pipeline_with_data_and_parameters(finished: Finished) -> None:
    given = ("--data", str(finished.data), "--parameter", "ClassificationMinAuc=0.8", "--schedule-role-arn", ROLE)
    ran = finished.command("run", "--upsert", "--schedule", "cron(0 3 ? * MON *)", "--json", *SMALL, *given)
    assert ran.code == 0, ran.stderr
    scheduler = finished.client("scheduler")
    schedule = scheduler.get_schedule(Name="Scheduled")
    assert schedule["ScheduleExpression"] == "cron(0 3 ? * MON *)"
    assert schedule["State"] == "ENABLED"
    assert schedule["Arn"] == ran.json["schedule"]["arn"]
    target = schedule["Target"]
    assert (target["Arn"], target["RoleArn"]) == ("arn:aws:scheduler:::aws-sdk:sagemaker:startPipelineExecution", ROLE)
    request = json.loads(target["Input"])
    assert request["PipelineName"] == "Scheduled"
    assert len(request["ClientRequestToken"].replace("<aws.scheduler.scheduled-time>", "2026-11-30T03:00:00Z")) >= 32
    parameters = _parameters(finished)
    assert parameters["InputDataVersion"] != SCHEDULED_TIME, "the data lies under the hash of its content"
    assert parameters["Champion"] == SCHEDULED_TIME, "another version may be the champion then"
    assert parameters["ClassificationMinAuc"] == "0.8"
    assert parameters["InputDataUri"] == parameters["BatchInputUri"]
    bucket, _, key = parameters["InputDataUri"].removeprefix("s3://").partition("/")
    assert finished.client("s3").head_object(Bucket=bucket, Key=key)["ContentLength"] > 0

    changed = finished.command(
        "run", "--schedule", "rate(7 days)", *SMALL, "--parameter", f"InputDataUri={parameters['InputDataUri']}"
    )
    assert changed.code == 0, changed.stderr
    assert _parameters(finished)["InputDataVersion"] == SCHEDULED_TIME, "the object may be replaced before a start"
    assert scheduler.get_schedule(Name="Scheduled")["ScheduleExpression"] == "rate(7 days)"
    started = _first_execution(finished.client("sagemaker"))
    values = finished.client("sagemaker").list_pipeline_parameters_for_execution(PipelineExecutionArn=started)
    versions = [each["Value"] for each in values["PipelineParameters"] if each["Name"] == "InputDataVersion"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", versions[0]), "a rate starts at once, as on AWS"

    off = finished.command("run", "--schedule", "off", *SMALL)
    assert off.code == 0, off.stderr
    assert "The schedule is deleted." in off.stderr
    assert "Scheduled" not in [each["Name"] for each in scheduler.list_schedules()["Schedules"]]
    again = finished.command("run", "--schedule", "off", *SMALL)
    assert again.code == 0
    assert "There was no schedule." in again.stderr


def _first_execution(sagemaker: Any) -> str:
    """Wait until the schedule has started the pipeline, and stop the execution."""
    for _ in range(1200):
        if found := sagemaker.list_pipeline_executions(PipelineName="Scheduled")["PipelineExecutionSummaries"]:
            sagemaker.stop_pipeline_execution(PipelineExecutionArn=found[0]["PipelineExecutionArn"])
            return str(found[0]["PipelineExecutionArn"])
        time.sleep(0.1)
    raise AssertionError("the schedule started nothing")


@pytest.mark.parametrize(
    "expression", ["daily", "rate(0 days)", "rate(1 week)", "cron(0 3 * * *)", "at(2027-01-01T00:00:00)"]
)
def test_what_is_no_schedule_is_refused_before_anything_is_sent(run: Run, expression: str) -> None:
    refused = run("--upsert", "--schedule", expression)
    assert refused.code == 2
    assert f"--schedule is '{expression}', but it must be off, a rate such as 'rate(7 days)'" in refused.stderr


def test_a_pipeline_that_is_not_there_cannot_be_scheduled(run: Run) -> None:
    refused = run("--schedule", "rate(7 days)", "--parameter", "InputDataUri=s3://b/k", "--pipeline-name", "Nobody")
    assert refused.code == 2
    assert "There is no pipeline named Nobody. Create it with --upsert." in refused.stderr


def test_estimate_lists_each_job_with_minutes_and_price(run: Run) -> None:
    estimated = run("--estimate", "--json")
    assert estimated.code == 0, estimated.stderr
    estimate = estimated.json
    steps = {step["name"]: step for step in estimate["steps"]}
    assert len(steps) == 11
    assert steps["BatchPredictRegression"]["instance_type"] == "ml.m5.large"
    assert not any(step["measured"] for step in steps.values())
    assert estimate["cost"] == pytest.approx(sum(step["cost"] for step in steps.values()), abs=0.001)
    longest = sum(steps[name]["minutes"] for name in ("Preprocess", "TrainXGBoostRegression", "EvaluateRegression"))
    assert longest < estimate["minutes"] < sum(step["minutes"] for step in steps.values())
    text = run("--estimate").stdout
    assert "assumed" in text
    assert f"One execution: {estimate['cost']:.3f} USD, about {estimate['minutes']:.0f} minutes" in text
    assert "list prices of us-east-1" in text
    assert list(estimated.folder.iterdir()) == []


def test_parameters_and_prices_of_ones_own_change_the_estimate(run: Run) -> None:
    one = ("--estimate", "--json", "--task", "regression", "--algorithms", "xgboost")
    before = run(*one).json
    assert run(*one, "--parameter", "TrainingInstanceType=ml.m5.4xlarge").json["cost"] > before["cost"]
    unknown = run(*one, "--parameter", "TrainingInstanceType=ml.z9.large").json
    assert unknown["cost"] is None
    tuned = {step["name"]: step for step in run(*one, "--tune", "--max-jobs", "10").json["steps"]}
    assert tuned["TuneXGBoostRegression"]["billed_minutes"] == 2 * tuned["TuneXGBoostRegression"]["minutes"]
    deploying = run(*one, "--deploy", "--parameter", "HostingInstanceType=ml.m5.xlarge")
    assert deploying.json["endpoints_per_hour"] == 0.23
    assert (
        "0.230 USD per hour from then on, until they are deleted"
        in run(
            *(option for option in one if option != "--json"),
            "--deploy",
            "--parameter",
            "HostingInstanceType=ml.m5.xlarge",
        ).stdout
    )
    refused = run("--estimate", "--parameter", "TrainingInstancetype=x")
    assert refused.code == 2
    assert "Did you mean TrainingInstanceType?" in refused.stderr


def test_minutes_come_from_the_last_executions_on_aws(finished: Finished) -> None:
    with standing_in_for_aws(finished.service.endpoint_url) as aws:
        variables = {**finished.service.environment, "AWS_ENDPOINT_URL": aws.url, "AWS_REGION": "us-east-1"}
        small = ("--task", "classification", "--algorithms", "lightgbm,xgboost")
        ran = finished.command("run", "--estimate", "--json", "--target", "aws", *small, **variables)
    assert ran.code == 0, ran.stderr
    measured = {step["name"]: step["measured"] for step in ran.json["steps"]}
    assert measured["TrainLightGBMClassification"] is True
    assert measured["BatchPredictClassification"] is True
    assert measured["TrainXGBoostClassification"] is False
