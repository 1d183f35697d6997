"""Which trouble passes by itself or by logging in again, and which does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import exceptions
from botocore.config import Config

from local_sagemaker.core import disk
from pipelines.errors import EnvironmentProblem
from pipelines.execution.follow import follow, passing_trouble
from pipelines.execution.pipeline import Progress, Step


def refused(code: str, status: int = 400) -> exceptions.ClientError:
    response = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return exceptions.ClientError(response, "DescribePipelineExecution")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (refused("ThrottlingException"), "AWS throttles the requests"),
        (refused("ExpiredTokenException"), "log in again"),
        (refused("ExpiredToken", 403), "log in again"),
        (refused("InternalFailure", 500), "AWS has an internal error"),
        (refused("ServiceUnavailable", 503), "AWS has an internal error"),
        (exceptions.EndpointConnectionError(endpoint_url="https://x"), "AWS cannot be reached"),
        (exceptions.ReadTimeoutError(endpoint_url="https://x"), "AWS cannot be reached"),
        (exceptions.UnauthorizedSSOTokenError(), "log in again"),
        (exceptions.CredentialRetrievalError(provider="sso", error_msg="expired"), "log in again"),
    ],
)
def test_what_passes_is_waited_for(error: Exception, words: str) -> None:
    assert words in str(passing_trouble(error))


@pytest.mark.parametrize(
    "error",
    [
        refused("AccessDeniedException"),
        refused("ResourceNotFound"),
        refused("InvalidClientTokenId", 403),
        KeyError("x"),
    ],
)
def test_what_does_not_pass_is_not(error: Exception) -> None:
    assert passing_trouble(error) is None


@pytest.mark.parametrize(
    ("status", "reason", "code"),
    [
        ("Succeeded", None, 0),
        ("Failed", "AlgorithmError: , exit code: 1", 1),
        ("Failed", f"InternalServerError: {disk.sentence(Path('/state'))}", 3),
    ],
)
def test_full_disk_ends_the_command_with_3(status: str, reason: str | None, code: int) -> None:
    step = Step("Train", "Training", status, 1.0, reason, False, {})
    assert Progress("arn", status, None, 1.0, (step,)).exit_code == code


def test_end_of_the_local_service_ends_following(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")

    def client(name: str) -> Any:  # nothing listens on port 1
        once = Config(retries={"total_max_attempts": 1})
        return boto3.client(name, endpoint_url="http://127.0.0.1:1", region_name="us-east-1", config=once)

    with pytest.raises(EnvironmentProblem, match="local service has ended, and arn:x with it"):
        next(follow(client, "arn:x", {}, 0.1, 20, lambda: False))


@pytest.mark.parametrize("answer", [refused("InvalidClientTokenId", 403), "Succeeded"])
def test_nobody_answers_in_place_of_an_ended_service(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    def look(*_: Any) -> Progress:
        if isinstance(answer, Exception):
            raise answer
        return Progress("arn:x", answer, None, 1.0, ())

    monkeypatch.setattr("pipelines.execution.follow.look", look)
    with pytest.raises(EnvironmentProblem, match="local service has ended, and arn:x with it"):
        next(follow(lambda _: None, "arn:x", {}, 0.1, 20, lambda: True))
