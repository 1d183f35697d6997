"""``python -m pipelines infra``: the stack is previewed, deployed, described and deleted, as far as moto makes it."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.events.models import EventPattern

from local_sagemaker import open_service
from tests.functional.conftest import Ran, environment
from tests.support import warm

ROOT = Path(__file__).parents[2]
IS_CLONE = (ROOT / ".git").exists()
"""In CodeBuild the tests run from an archive, which cannot be packed once more."""
SOURCE = () if IS_CLONE else ("--source", "https://example.com/clone.git")
MISSING_IN_MOTO = {
    "BucketPolicy",
    "Build",
    "Deploy",
    "AlertsPolicy",
    "AlertSubscription",
    "UndeliveredEventsPolicy",
    "VpcPolicy",
}
"""Resources of types that moto's CloudFormation does not make, and one whose condition its change sets overlook."""

pytestmark = pytest.mark.filterwarnings("ignore:.*not supported by moto's CloudFormation:UserWarning")


class Infra:
    """Runs a command against a running service."""

    def __init__(self, service: Any, folder: Path, cache: Path) -> None:
        self.service, self.folder, self.cache = service, folder, cache

    def __call__(self, *arguments: str, module: str = "infra", target: str = "local", **more: str) -> Ran:
        if arguments[0] == "deploy":
            arguments += SOURCE
        variables = environment(self.cache, **(self.service.environment if target == "aws" else {}), **more)
        done = subprocess.run(
            [warm.python(), "-m", "pipelines", module, *arguments, "--target", target, "--state-dir", "state"],
            cwd=self.folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr, self.folder)

    def client(self, name: str) -> Any:
        return boto3.client(name, **self.service.client_arguments)


@pytest.fixture
def infra(tmp_path: Path, cache: Path) -> Iterator[Infra]:
    with open_service(tmp_path / "state", isolation="process") as service:
        yield Infra(service, tmp_path, cache)


def test_a_preview_shows_every_resource_and_leaves_nothing(infra: Infra) -> None:
    shown = infra("deploy", "--dry-run", "--json")
    assert shown.code == 0, shown.stderr
    assert {change["action"] for change in shown.json["changes"]} == {"Add"}
    assert {"Bucket", "ExecutionRole", "Build", "NewData"} <= {change["name"] for change in shown.json["changes"]}
    assert infra.client("cloudformation").list_stacks()["StackSummaries"][0]["StackStatus"] == "DELETE_COMPLETE"
    missing = infra("status")
    assert missing.code == 3
    assert "boostpipe infra deploy" in missing.stderr


def test_nothing_is_deployed_without_a_terminal_or_yes(infra: Infra) -> None:
    refused = infra("deploy")
    assert refused.code == 2
    assert "--yes" in refused.stderr
    assert infra("status").code == 3


def test_a_stack_is_deployed_changed_described_and_deleted(infra: Infra) -> None:
    deployed = infra("deploy", "--yes", "--json", "--alert-email", "someone@example.com")
    assert deployed.code == 0, deployed.stderr
    outputs = deployed.json["outputs"]
    bucket = outputs["BucketName"]
    assert outputs["NewDataUri"] == f"s3://{bucket}/SeoulBikeDemand/incoming/"

    iam = infra.client("iam")
    name = outputs["ExecutionRoleArn"].rsplit("/", 1)[-1]
    assert len(iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]) == 1

    again = infra("deploy", "--yes")
    assert "up to date" in again.stdout

    scheduled = infra("deploy", "--yes", "--json", "--schedule", "rate(7 days)", "--new-data", "off")
    assert scheduled.code == 0, scheduled.stderr
    kept = scheduled.json["parameters"]
    assert (kept["RetrainingSchedule"], kept["NewDataTrigger"]) == ("rate(7 days)", "DISABLED")
    assert kept["AlertEmail"] == "someone@example.com", "what is not named stays as it is"

    status = infra("status", "--json")
    assert status.json["outputs"] == outputs
    declared = {change["name"] for change in deployed.json["changes"]}
    assert declared - set(status.json["resources"]) == MISSING_IN_MOTO

    deleted = infra("delete", "--yes", "--with-bucket", "--json")
    assert deleted.code == 0, deleted.stderr
    assert infra("status").code == 3
    assert bucket not in [found["Name"] for found in infra.client("s3").list_buckets()["Buckets"]]


def test_groups_are_those_of_the_data_set(infra: Infra, tmp_path: Path) -> None:
    file = tmp_path / "wine.toml"
    task = '[tasks.grower]\nkind = "multiclass"\ntarget = "g"\nclasses = ["a", "b"]\ngate = 1\n'
    file.write_text(f'name = "wine"\n[columns]\na = "number"\ng = "category"\n{task}')
    deployed = infra("deploy", "--yes", "--json", "--dataset", str(file))
    assert deployed.json["parameters"]["ModelPackageGroups"] == "Wine-grower"
    assert deployed.json["parameters"]["DatasetFile"] == ""
    assert "commit it there" in deployed.stderr


@pytest.mark.skipif(not IS_CLONE, reason="an archive cannot be packed once more")
def test_builds_get_what_is_committed_and_its_name(infra: Infra) -> None:
    outputs = infra("deploy", "--yes", "--json").json["outputs"]
    bucket, _, key = outputs["SourceUri"].removeprefix("s3://").partition("/")
    source = infra.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    with zipfile.ZipFile(io.BytesIO(source)) as packed:
        assert packed.read("COMMIT").decode() == head.stdout
        assert {"buildspec.yml", "Makefile", "infra/buildspec-deploy.yml"} <= set(packed.namelist())


def test_other_commands_find_bucket_and_role_in_the_stack(infra: Infra) -> None:
    assert infra("deploy", "--yes", "--stack", "bikes").code == 0
    run = infra("--start", "--stack", "bikes", "--data", "none.csv", module="run", target="aws")
    assert "Stack bikes: its bucket and its role" in run.stderr
    assert "There is no data file at none.csv" in run.stderr, "bucket and role were found, and the data was next"


def test_rules_react_to_what_aws_tells_and_to_nothing_else(infra: Infra) -> None:
    assert infra("deploy", "--yes").code == 0
    bucket = infra("status", "--json").json["outputs"]["BucketName"]
    rules = [rule for rule in infra.client("events").list_rules()["Rules"] if "EventPattern" in rule]
    patterns = {rule["Name"].split("-")[2]: EventPattern.load(rule["EventPattern"]) for rule in rules}
    arrival = {"bucket": {"name": bucket}, "object": {"key": "SeoulBikeDemand/incoming/march.csv", "size": 4096}}
    approved = {"ModelPackageGroupName": "SeoulBikeDemand-regression", "ModelApprovalStatus": "Approved"}
    pipeline = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/"
    execution = "SageMaker Model Building Pipeline Execution Status Change"
    package = "SageMaker Model Package State Change"
    for name, source, kind, detail, matches in [
        ("NewData", "aws.s3", "Object Created", arrival, True),
        (
            "NewData",
            "aws.s3",
            "Object Created",
            {**arrival, "object": {"key": "SeoulBikeDemand/data/x", "size": 1}},
            False,
        ),
        ("NewData", "aws.s3", "Object Created", {**arrival, "object": {**arrival["object"], "size": 0}}, False),
        ("NewData", "aws.s3", "Object Created", {**arrival, "bucket": {"name": "another"}}, False),
        ("ModelApproved", "aws.sagemaker", package, approved, True),
        ("ModelApproved", "aws.sagemaker", package, {**approved, "ModelApprovalStatus": "Rejected"}, False),
        ("ModelApproved", "aws.sagemaker", package, {**approved, "ModelPackageGroupName": "another"}, False),
        ("ExecutionFailed", "aws.sagemaker", execution, _ended(pipeline + "SeoulBikeDemand", "Failed"), True),
        ("ExecutionFailed", "aws.sagemaker", execution, _ended(pipeline + "seoulbikedemand", "Failed"), True),
        ("ExecutionFailed", "aws.sagemaker", execution, _ended(pipeline + "SeoulBikeDemand", "Succeeded"), False),
        ("ExecutionFailed", "aws.sagemaker", execution, _ended(pipeline + "another", "Failed"), False),
    ]:
        event = {"source": source, "detail-type": kind, "detail": detail}
        assert patterns[name].matches_event(event) is matches, f"{name}: {detail}"


def _ended(pipeline_arn: str, status: str) -> dict[str, str]:
    return {"pipelineArn": pipeline_arn, "currentPipelineExecutionStatus": status}


def test_invalid_options_are_refused_before_any_call(infra: Infra) -> None:
    refused = infra("deploy", "--yes", "--schedule", "sometimes")
    assert refused.code == 2
    assert "rate(...) or cron(...)" in refused.stderr
    assert infra("deploy", "--yes", "--stack", "1st").code == 2
