"""The CloudFormation template: lint-clean, with the policies of their files, and safe as it comes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.admin.stack import check_parameters
from pipelines.errors import BadInput
from tests.support.policies import RULES
from tests.support.template import INFRA, TEMPLATE, VIEWER, renewed


class Loader(yaml.SafeLoader):
    """Reads ``!Sub x`` and its like as plain ``x``."""


def _plain(loader: yaml.SafeLoader, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    return loader.construct_sequence(node, deep=True)  # type: ignore[arg-type]


Loader.add_multi_constructor("!", _plain)
TEXT = TEMPLATE.read_text(encoding="utf-8")
CONTENT = yaml.load(TEXT, Loader)
RESOURCES = CONTENT["Resources"]
DEFAULTS = {name: parameter["Default"] for name, parameter in CONTENT["Parameters"].items()}


def properties(name: str) -> dict[str, Any]:
    return RESOURCES[name]["Properties"]


@pytest.mark.parametrize("template", [TEMPLATE, VIEWER], ids=lambda path: path.name)
def test_templates_are_lint_clean(template: Path) -> None:
    command = Path(sys.executable).with_name("cfn-lint")
    lint = subprocess.run([command, template], capture_output=True, text=True, check=False)
    assert (lint.returncode, lint.stdout) == (0, "")


def test_policies_are_those_of_the_files() -> None:
    both = TEXT + VIEWER.read_text(encoding="utf-8")
    assert renewed(both) == both, "run `make template`"
    files = {f"policies/{path.name}" for path in (INFRA / "policies").glob("*.yaml")}
    assert {file for file in files if f"PolicyDocument:  # {file}\n" not in both} == set()
    assert both.count("PolicyDocument:") - both.count("AssumeRolePolicyDocument:") == len(files)


def test_it_can_be_sent_as_it_is() -> None:
    """A template in a request has at most 51,200 bytes."""
    assert len(TEXT.encode()) <= 51_200


def test_bucket_is_encrypted_versioned_private_and_sends_events() -> None:
    bucket = properties("Bucket")
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert rules["outputs-of-executions"]["Prefix"] == "${PipelineName}/executions/"


def test_data_and_registered_models_outlive_the_stack() -> None:
    kept = {name for name, resource in RESOURCES.items() if resource.get("DeletionPolicy") == "Retain"}
    assert kept == {"Bucket"}


def test_every_role_is_for_services_of_this_account_only() -> None:
    roles = {
        name: resource["Properties"] for name, resource in RESOURCES.items() if resource["Type"] == "AWS::IAM::Role"
    }
    assert len(roles) == 6
    for role in roles.values():
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"].keys() == {"Service"}
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "AWS::AccountId"}}
        assert "ManagedPolicyArns" not in role


def test_by_default_nothing_is_scheduled_or_deleted() -> None:
    assert DEFAULTS["RetrainingSchedule"] == "off"
    assert properties("Retraining")["State"] == ["IsScheduled", "ENABLED", "DISABLED"]
    assert DEFAULTS["ExecutionsExpireAfterDays"] == "0"
    assert DEFAULTS["JobsInVpc"] == "DISABLED"
    assert properties("EndpointsExpire")["State"] == "DeployApprovedModels"
    assert DEFAULTS["RetrainOnAlarm"] == "DISABLED"
    assert properties("MonitorFailed")["State"] == "RetrainOnAlarm"


def test_approved_models_of_every_algorithm_can_be_deployed() -> None:
    """LightGBM and CatBoost cannot start on a serverless endpoint; an instance that is forgotten is deleted."""
    assert DEFAULTS["EndpointOptions"] == "--ttl 24"


def test_two_approvals_start_two_deployments() -> None:
    """CodeBuild refuses a build above the limit, and the rule's event is lost."""
    for project in ("Build", "Deploy"):
        assert "ConcurrentBuildLimit" not in properties(project)


def test_the_source_of_builds_is_not_below_any_pipelines_prefix() -> None:
    """Whoever may start the pipeline may write below its prefix; a pipeline's name cannot begin with an underscore."""
    for project in ("Build", "Deploy"):
        assert "${Bucket}/_source/source.zip" in properties(project)["Source"]["Location"]
    with pytest.raises(BadInput):
        check_parameters({"PipelineName": "_source"})


def test_events_that_reach_no_target_are_kept() -> None:
    rules = {name for name, resource in RESOURCES.items() if resource["Type"] == "AWS::Events::Rule"}
    assert rules == set(RULES)
    for rule in rules:
        for target in properties(rule)["Targets"]:
            assert target["DeadLetterConfig"] == {"Arn": "UndeliveredEvents.Arn"}


def test_role_attaches_jobs_to_a_vpc_only_by_choice() -> None:
    assert RESOURCES["VpcPolicy"]["Condition"] == "NeedsVpc"
    assert properties("VpcPolicy")["Roles"] == ["ExecutionRole"]


def test_builds_read_the_specifications_of_the_repository() -> None:
    for project in ("Build", "Deploy"):
        assert (INFRA.parent / properties(project)["Source"]["BuildSpec"]).is_file()
        assert properties(project)["Environment"]["Image"] == "aws/codebuild/amazonlinux-x86_64-standard:5.0"


def test_only_the_build_that_runs_the_tests_is_privileged() -> None:
    assert properties("Build")["Environment"]["PrivilegedMode"] is True
    assert "PrivilegedMode" not in properties("Deploy")["Environment"]


def test_new_data_starts_the_pipeline_with_that_object() -> None:
    machine = json.loads(properties("StartOnNewData")["DefinitionString"])
    request = machine["States"]["StartPipelineExecution"]["Parameters"]
    values = {parameter["Name"]: parameter["Value.$"] for parameter in request["PipelineParameters"]}
    uri = "States.Format('s3://{}/{}', $.detail.bucket.name, $.detail.object.key)"
    assert values == {
        "InputDataUri": uri,
        "BatchInputUri": uri,
        "InputDataVersion": "$.detail.object.etag",
        "Champion": "$.id",
    }
    assert request["ClientRequestToken.$"] == "$.id", "an event that is delivered twice starts one execution"


def test_alerts_tell_of_failed_executions_builds_and_starts() -> None:
    rules = [name for name, resource in RESOURCES.items() if resource["Type"] == "AWS::Events::Rule"]
    to_alerts = {name for name in rules if properties(name)["Targets"][0]["Arn"] == "Alerts"}
    assert to_alerts == {"ExecutionFailed", "BuildFailed", "StartFailed"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RetrainingSchedule", "sometimes"),
        ("ExecutionsExpireAfterDays", "7"),
        ("AlertEmail", "nobody"),
        ("DataUri", "/home/me/data.csv"),
        ("DatasetFile", "/home/me/customers.toml"),
        ("EndpointOptions", "--serverless; rm -rf /"),
        ("PipelineName", "p" * 31),
        ("NewDataTrigger", "on"),
        ("RetrainCooldownHours", "169"),
        ("RetrainAtMostPerWeek", "0"),
    ],
)
def test_values_that_cloudformation_would_refuse_are_refused_before(name: str, value: str) -> None:
    with pytest.raises(BadInput, match=f"{name} of the stack"):
        check_parameters({name: value})


def test_the_defaults_may_be_given() -> None:
    check_parameters(DEFAULTS)
