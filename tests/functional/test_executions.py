"""``python -m pipelines executions`` locally and against a replacement of AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.conftest import Finished, Ran, run_command, run_command_named
from tests.support.aws import Aws, json_error, standing_in_for_aws
from tests.support.service import serving


@pytest.fixture(scope="module")
def aws(finished: Finished) -> Iterator[Aws]:
    with standing_in_for_aws(finished.service.endpoint_url) as server:
        yield server


def on_aws(finished: Finished, aws: Aws, *arguments: str) -> Ran:
    variables = {**finished.service.environment, "AWS_ENDPOINT_URL": aws.url, "AWS_REGION": "us-east-1"}
    return finished.command("executions", *arguments, "--target", "aws", **variables)


def test_the_list_has_the_latest_first_with_its_status(finished: Finished) -> None:
    listed = finished.command("executions", "list", "--json")
    assert listed.code == 0, listed.stderr
    both = [(each["id"], each["name"], each["status"]) for each in listed.json["executions"]]
    assert both == [(finished.failed, "too-strict", "Failed"), (finished.succeeded, "good", "Succeeded")]
    text = finished.command("executions", "list", "--limit", "1").stdout.splitlines()
    assert text[0].split() == ["execution", "name", "status", "started", "winner", "champion", "reason"]
    assert text[1].startswith(f"{finished.failed}  too-strict  Failed")
    assert "ClassificationBelowQualityGate: The classification model chosen on validation, lightgbm" in text[1]
    assert len(text) == 2


def test_the_list_and_the_trend_name_the_winners(finished: Finished) -> None:
    both = finished.command("executions", "list", "--json").json["executions"]
    winners = [each["tasks"]["classification"] for each in both]
    assert [(each["winner"], each["metric"], each["version"]) for each in winners] == [
        ("lightgbm", "auc", None),
        ("lightgbm", "auc", 1),
    ]
    trend = finished.command("executions", "trend", "--json").json["tasks"]["classification"]
    assert [(each["id"], each["value"]) for each in trend] == [
        (each["id"], winner["value"]) for each, winner in reversed([*zip(both, winners, strict=True)])
    ]
    f1 = finished.command("executions", "trend", "--metric", "f1").stdout.splitlines()
    assert f1[0] == "f1 of classification on the test set"
    assert [line.count("●") for line in f1[2:]] == [1, 1]


def test_describe_shows_parameters_steps_metrics_and_logs(finished: Finished) -> None:
    described = finished.command("executions", "describe", "good", "--json")
    assert described.code == 0, described.stderr
    execution = described.json
    assert execution["status"] == "Succeeded"
    assert execution["parameters"]["ClassificationMinAuc"] == "0.9"
    assert execution["steps"][0]["name"] == "Preprocess"
    assert execution["metrics"]["classification"]["winner"] == "lightgbm"
    auc = execution["metrics"]["classification"]["candidates"]["lightgbm"]["test"]["auc"]
    assert execution["decided"]["classification"]["passed"] is True
    assert execution["decided"]["classification"]["version"] == 1
    candidate = execution["candidates"]["TrainLightGBMClassification"]
    assert candidate["hyperparameters"]["metric"] == "auc"
    assert len(candidate["curves"]["validation"]) > 10
    training = {step["name"]: step["training_seconds"] for step in execution["steps"]}
    assert training["Preprocess"] is None
    assert training["TrainLightGBMClassification"] > 0
    results = finished.folder / ".sagemaker-local" / "results" / finished.succeeded / "classification"
    evaluation = json.loads((results / "evaluation.json").read_text("utf-8"))
    cost = evaluation["candidates"]["lightgbm"]["cost"]
    assert cost["training_seconds"] == training["TrainLightGBMClassification"] < cost["training_job_seconds"] + 1
    text = finished.command("executions", "describe", finished.succeeded).stdout
    assert "training alone" in text
    assert "quality gate:  passed" in text
    assert "num_leaves=" in text
    assert f"{auc:.6g}" in text
    assert "training-job/pipelines-" in text
    assert f"boostpipe executions logs STEP {finished.succeeded}" in text


def test_a_failed_one_says_why(finished: Finished) -> None:
    steps = finished.command("executions", "steps", "latest")
    assert "ClassificationBelowQualityGate: " in steps.stdout
    assert "ClassificationMinAuc requires at least 0.99999" in steps.stdout
    described = finished.command("executions", "describe", "too-strict").stdout
    assert "ClassificationMinAuc requires at least 0.99999" in described


def test_on_aws_every_job_has_its_links(finished: Finished, aws: Aws) -> None:
    described = on_aws(finished, aws, "describe", "good", "--json").json
    assert described["studio"].endswith(f"#/pipelines/SeoulBikeDemand/executions/{finished.succeeded}/graph")
    links = {step["name"]: step["links"] for step in described["steps"]}
    job = described["steps"][0]["arn"].rsplit("/", 1)[-1]
    console = "https://us-east-1.console.aws.amazon.com"
    assert links["Preprocess"]["job"] == f"{console}/sagemaker/home?region=us-east-1#/processing-jobs/{job}"
    group = "$252Faws$252Fsagemaker$252FProcessingJobs"
    assert links["Preprocess"]["log"] == (
        f"{console}/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/{group}$3FlogStreamNameFilter$3D{job}"
    )
    assert links["ClassificationQualityGate"] == {}


def test_logs_shows_a_whole_log_or_its_end(finished: Finished) -> None:
    whole = finished.command("executions", "logs", "trainlightgbmclassification", "good")
    assert whole.code == 0, whole.stderr
    lines = whole.stdout.splitlines()
    assert any("Early stopping" in line or "Did not meet early stopping" in line for line in lines)
    last = finished.command("executions", "logs", "TrainLightGBMClassification", "good", "--last", "3")
    assert last.stdout.splitlines() == lines[-3:]


def test_compare_shows_metrics_and_different_settings(finished: Finished) -> None:
    compared = finished.command("executions", "compare", "good", "too-strict", "--json").json
    assert compared["executions"] == [finished.succeeded, finished.failed]
    assert compared["settings"]["ClassificationMinAuc"] == ["0.9", "0.99999"]
    assert compared["settings"]["Preprocess.AppSpecification.ContainerArguments --seed"] == ["42", "1"]
    assert not [name for name in compared["settings"] if "learning_rate" in name]
    before, after = compared["metrics"]["classification lightgbm auc"]
    assert before != after
    text = finished.command("executions", "compare", "good", "too-strict").stdout
    assert f"{after - before:+.4g}" in text
    same = finished.command("executions", "compare", "good", "good").stdout
    assert "Every setting is the same" in same


def test_wait_exits_with_the_executions_result(finished: Finished) -> None:
    assert finished.command("executions", "wait", "good").code == 0
    failed = finished.command("executions", "wait", "too-strict")
    assert failed.code == 1
    assert "ClassificationBelowQualityGate" in failed.stderr


def test_waiting_survives_throttling_expired_tokens_and_trouble_of_aws(finished: Finished, aws: Aws) -> None:
    """Real answers over HTTP: more of them than the client itself would bear, one kind after the other."""
    aws.next_answers(
        "ListPipelineExecutionSteps",
        json_error("ThrottlingException", "Rate exceeded"),
        json_error("ExpiredTokenException", "The security token included in the request is expired"),
        json_error("ExpiredTokenException", "The security token included in the request is expired"),
        json_error("ThrottlingException", "Rate exceeded"),
    )
    waited = on_aws(finished, aws, "wait", "good", "--interval", "0.05")
    assert waited.code == 0, waited.stderr
    assert waited.stderr.count("The credentials have expired (ExpiredTokenException): log in again") == 2
    assert "The execution continues; retrying in" in waited.stderr
    assert aws.operations.count("ListPipelineExecutionSteps") >= 5


def test_waiting_does_not_survive_what_will_not_pass(finished: Finished, aws: Aws) -> None:
    aws.next_answers("ListPipelineExecutionSteps", json_error("AccessDeniedException", "You are not authorized"))
    refused = on_aws(finished, aws, "wait", "good", "--interval", "0.05")
    assert refused.code == 3
    assert "AWS refused or could not be reached: " in refused.stderr
    assert "You are not authorized" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_one_that_runs_can_be_stopped_waited_for_and_retried(tmp_path: Path, cache: Path, data: Path) -> None:
    """The whole life of an execution that belongs to another process."""
    folder = tmp_path / "life"
    folder.mkdir()
    with serving(folder / ".sagemaker-local"):
        small = ("--task", "classification", "--algorithms", "lightgbm", "--data", str(data))
        started = run_command(folder, cache, "--upsert", "--start", "--no-wait", "--execution-name", "it", *small)
        assert started.code == 0, started.stderr
        stopped = run_command_named("executions", folder, cache, "stop", "it")
        assert stopped.code == 0, stopped.stderr
        assert "Stopped after" in stopped.stdout
        again = run_command_named("executions", folder, cache, "retry", "it", "--no-wait")
        assert again.code == 0, again.stderr
        waited = run_command_named("executions", folder, cache, "wait", "--json")
        assert waited.code == 0, waited.stderr
        assert waited.json["status"] == "Succeeded"
        refused = run_command_named("executions", folder, cache, "retry", "it")
        assert refused.code == 2
        assert "cannot be retried: it is Succeeded, not Failed or Stopped" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["describe", "nobody"], "The pipeline SeoulBikeDemand has no execution nobody. The latest are: "),
        (["list", "--pipeline-name", "Other"], "There is no pipeline named Other. Create it with: "),
        (["describe", "arn:aws:s3:::bucket"], "is not the ARN of a pipeline execution"),
        (["logs", "Nope", "good"], "has started no step Nope. It has started: Preprocess, "),
        (["logs", "RegisterBestClassification", "good"], "is a step of type RegisterModel and runs no job"),
        (["logs", "Preprocess", "--last", "0"], "argument --last: '0' is not a whole number from 1 to 10000"),
        (["list", "--limit", "0"], "argument --limit: '0' is not a whole number from 1 to"),
        (["retry", "too-strict"], "another ClassificationMinAuc, whose earlier steps come from the cache"),
        (["stop", "good"], "cannot be stopped: it has ended already (Succeeded)."),
        (["wait", "good", "--interval", "0"], "--interval is 0.0, but it must be above 0"),
        (["trend", "--metric", "rmse"], "No winner has the metric rmse; they have accuracy, "),
        (["trend", "--task", "regression"], "No execution has evaluated the task regression"),
        (["rename"], "invalid choice: 'rename'"),
    ],
)
def test_wrong_usage_gets_one_sentence_and_exit_code_2(finished: Finished, arguments: list[str], sentence: str) -> None:
    refused = finished.command("executions", *arguments)
    assert refused.code == 2
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


def test_a_retry_that_would_die_with_the_command_is_refused(tmp_path: Path, cache: Path, data: Path) -> None:
    """Here nobody serves: the service would end together with a command that does not wait."""
    strict = ("--parameter", "ClassificationMinAuc=0.99999")
    small = ("--upsert", "--start", "--task", "classification", "--algorithms", "lightgbm")
    assert run_command(tmp_path, cache, *small, *strict, "--data", str(data)).code == 1
    refused = run_command_named("executions", tmp_path, cache, "retry", "--no-wait")
    assert refused.code == 2
    assert "--no-wait with --keep-alive 0 would end the local service" in refused.stderr
