"""``python -m pipelines doctor`` locally and against a replacement of AWS with problems of an account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from pipelines.admin.doctor import preflight
from pipelines.admin.doctor.finding import Status
from pipelines.aws.prices import load_prices
from pipelines.settings.fields import Settings
from pipelines.target.connection import CommandContext, Connection
from tests.functional.conftest import Finished, Ran, run_command_named
from tests.support.aws import Answer, Aws, json_error, quotas_answer, simulated_answer, standing_in_for_aws

ROLE = "arn:aws:iam::123456789012:role/service-role/SageMakerLocalExecutionRole"


@pytest.fixture
def aws(finished: Finished) -> Iterator[Aws]:
    """An account in which nothing is wrong."""
    with standing_in_for_aws(finished.service.endpoint_url) as server:
        server.answers["ListServiceQuotas"] = lambda _request: quotas_answer()
        server.answers["SimulatePrincipalPolicy"] = simulated_answer
        yield server


def examined(finished: Finished, aws: Aws, *arguments: str, **more: str) -> Ran:
    variables = {**finished.service.environment, "AWS_ENDPOINT_URL": aws.url, "AWS_REGION": "us-east-1", **more}
    data = ("--data", str(finished.unmarked))
    given = ("--target", "aws", "--json", "--role-arn", ROLE, "--bucket", "sagemaker-us-east-1-123456789012")
    return finished.command("doctor", *given, "--algorithms", "lightgbm", *data, *arguments, **variables)


def found(ran: Ran) -> dict[str, list[tuple[str, str, str | None]]]:
    by_what: dict[str, list[tuple[str, str, str | None]]] = {}
    for finding in ran.json["findings"]:
        by_what.setdefault(finding["what"], []).append((finding["status"], finding["message"], finding["fix"]))
    return by_what


def test_nothing_fails_locally(finished: Finished) -> None:
    ran = finished.command("doctor", "--data", str(finished.data))
    assert ran.code == 0, ran.stdout
    assert "skipped    permissions       the local service enforces no policies" in ran.stdout
    assert "skipped    quotas            the local service has none" in ran.stdout
    assert "OK         role " in ran.stdout
    assert ran.stdout.splitlines()[-1].endswith(", 0 failures")


def test_in_a_healthy_account_nothing_fails_and_nothing_is_changed(finished: Finished, aws: Aws) -> None:
    ran = examined(finished, aws)
    assert ran.code == 0, ran.stdout
    assert {status for all_of in found(ran).values() for status, _, _ in all_of} == {"OK"}
    reading = ("Get", "List", "Describe", "Simulate", "GET ", "HEAD ")
    assert [operation for operation in aws.operations if not operation.startswith(reading)] == []


def test_each_problem_is_reported_with_its_fix(finished: Finished, aws: Aws) -> None:
    """All at once, as on a new account, so that one examination is enough."""
    aws.answers["ListServiceQuotas"] = lambda _request: quotas_answer(
        **{"ml.m5.xlarge_for_training_job_usage": 0, "ml.m5.xlarge_for_processing_job_usage": 1},
        **{"ml.m5.large_for_transform_job_usage": 1},
    )
    denied = ("iam:PassRole", "sagemaker:CreateTrainingJob")
    aws.answers["SimulatePrincipalPolicy"] = lambda request: simulated_answer(request, denied)
    aws.date = format_datetime(datetime.now(tz=UTC) - timedelta(minutes=10), usegmt=True)
    ran = examined(finished, aws, "--bucket", "nobodys-bucket", "--processing-instance-count", "2")
    assert ran.code == 3
    findings = found(ran)
    (processing, training, transform) = findings["quota"]
    assert training[0] == "failure"
    assert "ml.m5.xlarge for training job usage: 0" in training[1]
    assert "request-service-quota-increase --service-code sagemaker --quota-code L-0123ABCD" in str(training[2])
    assert processing[0] == "failure"
    assert "up to 2 at once, 2 of them for one job" in processing[1]
    assert str(processing[2]).endswith(", or --processing-instance-count 1")
    assert transform[0] == "warning"
    assert findings["clock"] == [("failure", findings["clock"][0][1], "sudo timedatectl set-ntp true")]
    assert "ahead of AWS's; AWS refuses requests signed with it" in findings["clock"][0][1]
    assert (
        "sagemaker:CreateTrainingJob on arn:aws:sagemaker:us-east-1:123456789012:training-job/"
        in findings["role permissions"][0][1]
    )
    assert f"iam:PassRole on {ROLE}" in findings["role permissions"][0][1]
    assert findings["role permissions"][0][2] == "boostpipe infra deploy"
    ((status, says, cure),) = findings["bucket"]
    assert (status, says) == ("failure", "nobodys-bucket cannot be used (404)")
    assert "aws s3 mb s3://nobodys-bucket --region us-east-1" in str(cure)
    assert findings["images"][0][0] == "failure"


def test_a_role_that_sagemaker_cannot_assume_is_a_failure(finished: Finished) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    finished.client("iam").create_role(RoleName="ForLambda", AssumeRolePolicyDocument=document)
    (wrong,) = preflight.role(_context_of(finished, "arn:aws:iam::123456789012:role/ForLambda"))
    assert wrong.status is Status.FAILURE
    assert "does not let sagemaker.amazonaws.com assume it" in wrong.message
    (missing,) = preflight.role(_context_of(finished, "arn:aws:iam::123456789012:role/Nobody"))
    assert (missing.status, missing.message, missing.fix) == (
        Status.FAILURE,
        "arn:aws:iam::123456789012:role/Nobody does not exist",
        "boostpipe infra deploy",
    )


def _context_of(finished: Finished, role: str) -> CommandContext:
    connection = Connection(
        name="aws", region="us-east-1", bucket="bucket", client=finished.client, find_role=lambda: role
    )
    return CommandContext(Settings(), connection, load_prices())


@pytest.mark.slow  # builds a definition for AWS, which is not kept
def test_a_check_without_permission_is_a_warning(finished: Finished, aws: Aws) -> None:
    aws.answers["ListServiceQuotas"] = lambda _request: json_error("AccessDeniedException", "no")
    aws.answers["SimulatePrincipalPolicy"] = lambda _request: Answer(
        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>",
        403,
        "text/xml",
    )
    ran = examined(finished, aws)
    assert ran.code == 0, ran.stdout
    findings = found(ran)
    assert findings["quotas"][0][:2] == (
        "warning",
        "you have no permission to call ListServiceQuotas, so this cannot be checked",
    )
    assert findings["role permissions"][0][0] == "warning"
    assert findings["images"][0][0] == "OK"


def test_missing_credentials_do_not_stop_the_other_checks(tmp_path: Path, cache: Path) -> None:
    more = {"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "us-east-1"}
    ran = run_command_named("doctor", tmp_path, cache, "--target", "aws", "--data", "nowhere.csv", **more)
    assert ran.code == 3
    assert "failure    target            AWS does not accept any credentials of this machine" in ran.stdout
    assert "fix it:  aws configure, or aws sso login" in ran.stdout
    assert "failure    data              There is no data file at nowhere.csv." in ran.stdout
    assert "Traceback" not in ran.stderr


def test_wrong_usage_gets_exit_code_2(tmp_path: Path, cache: Path) -> None:
    refused = run_command_named("doctor", tmp_path, cache, "--algorithms", "prophet")
    assert refused.code == 2
    assert "--algorithms is 'prophet'" in refused.stderr
