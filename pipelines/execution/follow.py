"""Follow an execution to its end, through throttling, lost networks and expired credentials."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from pipelines.errors import EnvironmentProblem
from pipelines.execution.pipeline import Progress, look, stop
from pipelines.target.connection import Connection

POLL_SECONDS = {"local": 0.2, "aws": 10.0}
PATIENCE_SECONDS = {"local": 20.0, "aws": 6 * 3600.0}
"""How long to retry without one successful response."""
LONGEST_PAUSE = 60.0
LOST_WITHOUT_WAITING = (
    "--no-wait with --keep-alive 0 would end the local service, and the execution with it. Leave out one of them, or "
    "SAGEMAKER_LOCAL_KEEP_ALIVE=0."
)
THROTTLED = {"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"}
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}

_Read = TypeVar("_Read")

logger = logging.getLogger(__name__)


@contextmanager
def interruptible(connection: Connection, arn: str, *, stops: bool) -> Iterator[None]:
    """When the user interrupts, stop an execution if ``stops`` is set; otherwise it continues."""
    try:
        yield
    except KeyboardInterrupt:
        if stops:
            logger.warning("Stopping %s", arn)
            stop(connection.client("sagemaker"), arn)
        else:
            logger.warning("%s continues; stop it with: boostpipe executions stop %s", arn, arn)
        raise


def to_its_end(
    connection: Connection,
    arn: str,
    types: Mapping[str, str],
    show: Callable[[Progress], None],
    interval: float | None = None,
) -> Progress:
    """Follow an execution and pass every progress to ``show``."""
    pause = POLL_SECONDS[connection.name] if interval is None else interval
    patience = PATIENCE_SECONDS[connection.name]
    for progress in follow(connection.client, arn, types, pause, patience, connection.has_ended):
        show(progress)
    return progress


def follow(
    client: Callable[[str], Any],
    arn: str,
    types: Mapping[str, str],
    interval: float,
    patience: float,
    has_ended: Callable[[], bool] | None = None,
) -> Iterator[Progress]:
    """Yield the execution's progress every ``interval`` seconds until it has finished.

    There is no time limit for the execution. Errors that pass by themselves or by logging in again are retried, for up
    to ``patience`` seconds without a successful response.

    Raises `EnvironmentProblem` after ``patience`` seconds without a successful response; the execution continues.
    Raises it at once if the local service, and so the execution, ``has_ended``, whoever answers in its place.
    """
    from botocore.exceptions import EndpointConnectionError

    sagemaker, answered, pause = client("sagemaker"), time.monotonic(), interval
    while True:
        try:
            progress = look(sagemaker, arn, types)
        except Exception as error:
            if has_ended and (isinstance(error, EndpointConnectionError) or has_ended()):
                raise _service_ended(arn) from error
            trouble = passing_trouble(error)
            if trouble is None:
                raise
            if time.monotonic() - answered > patience:
                raise EnvironmentProblem(f"{trouble}, for {patience:.0f} s by now. {arn} continues.") from error
            pause = min(max(2 * pause, 1.0), LONGEST_PAUSE)
            logger.warning("%s. The execution continues; retrying in %.0f s.", trouble, pause)
            time.sleep(pause)
            sagemaker = _client_with_new_credentials(client)
            continue
        if has_ended and progress.finished and has_ended():
            raise _service_ended(arn)
        yield progress
        if progress.finished:
            return
        answered, pause = time.monotonic(), interval
        time.sleep(interval)


def _service_ended(arn: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"The local service has ended, and {arn} with it. Its log: local-sagemaker logs. To continue the execution "
        f"where it ended: boostpipe executions retry {arn}"
    )


def or_none_of_ours(read: Callable[[], _Read]) -> _Read | None:
    """Return what was read of an execution's files; None if they are gone, or not of our kind.

    Raises the error if it passes by itself or by logging in again: see `passing_trouble`.
    """
    try:
        return read()
    except Exception as error:
        if passing_trouble(error):
            raise
        logger.debug("The files are gone, or those of another pipeline with our names.", exc_info=error)
        return None


def passing_trouble(error: Exception) -> str | None:
    """Describe an error that passes by itself or by logging in again; None for any other error."""
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
        return f"AWS throttles the requests ({code})"
    if response["ResponseMetadata"].get("HTTPStatusCode", 0) >= 500:
        return f"AWS has an internal error ({code})"
    return None


def _client_with_new_credentials(client: Callable[[str], Any]) -> Any:
    """Make a client with the credentials that are now in the files."""
    # boto3's default session keeps the credentials that it read first.
    import boto3

    boto3.setup_default_session()
    return client("sagemaker")
