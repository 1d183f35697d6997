"""Follows an execution to its end, however long that takes, through throttling, lost networks and expired tokens."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pipelines.errors import EnvironmentProblem
from pipelines.execution.pipeline import Progress, look, stop
from pipelines.target import Connection

POLL_SECONDS = {"local": 0.2, "aws": 10.0}
PATIENCE_SECONDS = {"local": 20.0, "aws": 6 * 3600.0}
"""How long nothing but trouble is borne; SageMaker on this machine ends with whoever started it."""
LONGEST_PAUSE = 60.0
THROTTLED = {"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"}
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}

logger = logging.getLogger(__name__)


def to_its_end(
    connection: Connection,
    arn: str,
    types: Mapping[str, str],
    show: Callable[[Progress], None],
    interval: float | None = None,
) -> Progress:
    """Follow an execution and hand every progress to ``show``.

    One that lives in this process is stopped when the user interrupts it; any other goes on.
    """
    pause = POLL_SECONDS[connection.name] if interval is None else interval
    try:
        for progress in follow(connection.client, arn, types, pause, PATIENCE_SECONDS[connection.name]):
            show(progress)
    except KeyboardInterrupt:
        if connection.owns_service:
            logger.warning("Stopping %s", arn)
            stop(connection.client("sagemaker"), arn)
        else:
            logger.warning("%s goes on; stop it with: boostpipe executions stop %s", arn, arn)
        raise
    return progress


def follow(
    client: Callable[[str], Any], arn: str, types: Mapping[str, str], interval: float, patience: float
) -> Iterator[Progress]:
    """Yield the execution's progress every ``interval`` seconds until it has finished.

    There is no limit of time: an execution may take as long as it takes. What passes by itself or by logging in again
    is waited for, up to ``patience`` seconds without one answer.

    Parameters
    ----------
    client
        ``client("sagemaker")`` makes a client with the credentials of that moment.

    Raises
    ------
    EnvironmentProblem
        The patience is at its end; the execution goes on.
    """
    sagemaker, answered, pause = client("sagemaker"), time.monotonic(), interval
    while True:
        try:
            progress = look(sagemaker, arn, types)
        except Exception as error:
            trouble = passing_trouble(error)
            if trouble is None:
                raise
            if time.monotonic() - answered > patience:
                raise EnvironmentProblem(f"{trouble}, for {patience:.0f} s by now. {arn} goes on.") from error
            pause = min(max(2 * pause, 1.0), LONGEST_PAUSE)
            logger.warning("%s. The execution goes on; asking again in %.0f s.", trouble, pause)
            time.sleep(pause)
            sagemaker = _with_credentials_read_anew(client)
            continue
        yield progress
        if progress.finished:
            return
        answered, pause = time.monotonic(), interval
        time.sleep(interval)


def passing_trouble(error: Exception) -> str | None:
    """Say in words what will pass, or None for an error that will not."""
    from botocore import exceptions

    if isinstance(error, exceptions.ClientError):
        return _passing_answer(error.response)
    if isinstance(error, exceptions.HTTPClientError | exceptions.ConnectionError):
        return f"AWS cannot be reached ({type(error).__name__})"
    logged_out = (exceptions.CredentialRetrievalError, exceptions.TokenRetrievalError, exceptions.SSOError)
    if isinstance(error, logged_out):
        return f"The credentials cannot be renewed ({error}): log in again, as with aws sso login"
    return None


def _passing_answer(response: Mapping[str, Any]) -> str | None:
    code = response["Error"]["Code"]
    if code in EXPIRED:
        return f"The credentials have expired ({code}): log in again, as with aws sso login"
    if code in THROTTLED:
        return f"AWS is asked too often ({code})"
    if response["ResponseMetadata"].get("HTTPStatusCode", 0) >= 500:
        return f"AWS has trouble of its own ({code})"
    return None


def _with_credentials_read_anew(client: Callable[[str], Any]) -> Any:
    """Whoever logs in again writes new credentials to a file; boto3's session has kept the old ones."""
    import boto3

    boto3.setup_default_session()
    return client("sagemaker")
