"""``python -m pipelines teardown`` deletes what this pipeline created, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.functional.conftest import Ran, environment, run_command, run_command_named, typed_in_a_terminal
from tests.support.service import Server, serving

BUCKET = "sagemaker-us-east-1-123456789012"
OURS = [{"Key": "project", "Value": "boostpipe"}, {"Key": "pipeline", "Value": "SeoulBikeDemand"}]
OTHERS = [{"Key": "project", "Value": "boostpipe"}, {"Key": "pipeline", "Value": "SomebodyElses"}]


class Account:
    """A service with one ended execution, resources of the pipeline, and resources of others."""

    def __init__(self, folder: Path, cache: Path, service: Server) -> None:
        self.folder, self.cache, self._service = folder, cache, service
        self.sagemaker, self.s3, self.scheduler = (self.client(name) for name in ("sagemaker", "s3", "scheduler"))

    def client(self, name: str) -> Any:
        return boto3.client(name, **self._service.client_arguments)

    def command(self, name: str, *arguments: str) -> Ran:
        return run_command_named(name, self.folder, self.cache, *arguments)

    def names(self) -> dict[str, list[str]]:
        """The names of all resources, by kind."""
        sagemaker = self.sagemaker
        groups = [
            each["ModelPackageGroupName"]
            for each in sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"]
        ]
        return {
            "pipelines": [each["PipelineName"] for each in sagemaker.list_pipelines()["PipelineSummaries"]],
            "models": [each["ModelName"] for each in sagemaker.list_models()["Models"]],
            "configs": [each["EndpointConfigName"] for each in sagemaker.list_endpoint_configs()["EndpointConfigs"]],
            "endpoints": [each["EndpointName"] for each in sagemaker.list_endpoints()["Endpoints"]],
            "groups": groups,
            "versions": [
                each["ModelPackageArn"].rsplit(":", 1)[-1]
                for group in groups
                for each in sagemaker.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
            ],
            "schedules": [each["Name"] for each in self.scheduler.list_schedules()["Schedules"]],
            "folders": sorted(
                {
                    each["Key"].rsplit("/", 1)[0].split("/executions")[0]
                    for each in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
                }
            ),
        }


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory, cache: Path, data: Path) -> Iterator[Account]:
    folder = tmp_path_factory.mktemp("teardown")
    with serving(folder / ".sagemaker-local") as service:
        made = Account(folder, cache, service)
        small = ("--task", "classification", "--algorithms", "lightgbm", "--data", str(data))
        ran = run_command(folder, cache, "--upsert", "--start", "--schedule", "cron(0 3 1 1 ? 2199)", *small)
        assert ran.code == 0, ran.stderr
        made.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        made.s3.put_object(Bucket=BUCKET, Key="SeoulBikeDemand/incoming/mine.csv", Body=b"mine")
        made.s3.put_object(Bucket=BUCKET, Key="SeoulBikeDemandToo/code/x.py", Body=b"theirs")
        made.s3.put_object(Bucket=BUCKET, Key="SeoulBikeDemand/code/twice.py", Body=b"one")
        made.s3.put_object(Bucket=BUCKET, Key="SeoulBikeDemand/code/twice.py", Body=b"two")
        _resources_of_others(made)
        yield made


def _resources_of_others(made: Account) -> None:
    model = made.sagemaker.list_models()["Models"][0]["ModelName"]
    described = made.sagemaker.describe_model(ModelName=model)
    container = {name: described["PrimaryContainer"][name] for name in ("Image", "ModelDataUrl")}
    role = described["ExecutionRoleArn"]
    made.sagemaker.create_model(ModelName="theirs", PrimaryContainer=container, ExecutionRoleArn=role, Tags=OTHERS)
    made.sagemaker.create_model(ModelName="pipelines-x-untagged", PrimaryContainer=container, ExecutionRoleArn=role)
    variant = {"VariantName": "AllTraffic", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    for name, served, tags in (("ours", model, OURS), ("theirs", "theirs", OTHERS)):
        made.sagemaker.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=[{**variant, "ModelName": served}], Tags=tags
        )
    made.sagemaker.create_endpoint(EndpointName="ours", EndpointConfigName="ours", Tags=OURS)
    made.sagemaker.get_waiter("endpoint_in_service").wait(
        EndpointName="ours", WaiterConfig={"Delay": 1, "MaxAttempts": 300}
    )
    inference = {
        "Containers": [container],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    made.sagemaker.create_model_package(
        ModelPackageGroupName="SeoulBikeDemand-classification", InferenceSpecification=inference
    )
    made.scheduler.create_schedule(
        Name="Theirs",
        ScheduleExpression="cron(0 3 1 1 ? 2199)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": "arn:aws:sagemaker:us-east-1:123456789012:pipeline/Theirs", "RoleArn": role},
    )


def test_a_dry_run_lists_the_resources_and_deletes_none(account: Account) -> None:
    before = account.names()
    shown = account.command("teardown", "--dry-run")
    assert shown.code == 0, shown.stderr
    assert "Would be deleted (local, us-east-1):" in shown.stdout
    for kind, name in (
        ("schedule", "SeoulBikeDemand"),
        ("endpoint", "ours"),
        ("endpoint configuration", "ours"),
        ("registered version", "SeoulBikeDemand-classification/1"),
        ("pipeline", "SeoulBikeDemand"),
        ("objects", f"s3://{BUCKET}/SeoulBikeDemand/executions/"),
    ):
        assert any(
            line.split("  ")[1:] and line.strip().startswith(kind) and line.endswith(name)
            for line in shown.stdout.splitlines()
        ), (kind, name)
    assert "theirs" not in shown.stdout
    assert f"s3://{BUCKET}/SeoulBikeDemand/incoming/  what you put there yourself" in shown.stdout
    assert account.names() == before


def test_nothing_is_deleted_without_a_terminal_or_yes(account: Account) -> None:
    before = account.names()
    refused = account.command("teardown")
    assert refused.code == 2
    assert "Nothing was done: this command asks first, and there is no terminal. Add --yes" in refused.stderr
    assert account.names() == before


def test_answer_no_deletes_nothing(account: Account) -> None:
    before = account.names()
    output = answered(account, "n\n")
    assert "Delete these " in output
    assert "Nothing was deleted." in output
    assert account.names() == before


def answered(account: Account, answer: str) -> str:
    command = f"{sys.executable} -m pipelines teardown"
    code, output = typed_in_a_terminal(command, account.folder, environment(account.cache), answer)
    assert code == 0, output
    return output


def test_answer_yes_deletes_only_the_pipelines_resources(account: Account) -> None:
    output = answered(account, "y\n")
    assert "deleted endpoint ours" in output
    assert account.names() == {
        "pipelines": [],
        "models": ["pipelines-x-untagged", "theirs"],
        "configs": ["theirs"],
        "endpoints": [],
        "groups": ["SeoulBikeDemand-classification"],
        "versions": ["model-package/SeoulBikeDemand-classification/2"],
        "schedules": ["Theirs"],
        "folders": ["SeoulBikeDemand/incoming", "SeoulBikeDemandToo/code"],
    }
    versions = account.s3.list_object_versions(Bucket=BUCKET, Prefix="SeoulBikeDemand/code/")
    assert "Versions" not in versions
    assert "DeleteMarkers" not in versions


def test_a_second_teardown_finds_nothing(account: Account) -> None:
    again = account.command("teardown", "--yes")
    assert again.code == 0, again.stderr
    assert "Nothing of SeoulBikeDemand exists." in again.stdout
    as_json = account.command("teardown", "--yes", "--json").json
    assert as_json["removed"] == []
    assert {each["kind"] for each in as_json["left"]} == {"registered version", "model package group", "objects"}


def test_a_running_execution_is_stopped_first(account: Account, data: Path) -> None:
    small = ("--task", "classification", "--algorithms", "lightgbm", "--data", str(data), "--cache-days", "0")
    started = account.command("run", "--upsert", "--start", "--no-wait", *small)
    assert started.code == 0, started.stderr
    gone = account.command("teardown", "--yes")
    assert gone.code == 0, gone.stderr
    assert "deleted running execution" in gone.stderr
    assert account.names()["pipelines"] == []
