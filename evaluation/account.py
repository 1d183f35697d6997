"""Requests to SageMaker and S3 for information beyond the job's inputs.

A processing job has its region and its role's credentials, but may have no route to the API (a private network) or no
permission. Information from here is optional, and `Unknown` carries the reason why it is missing.
"""

import os
from collections.abc import Callable
from typing import Any, TypeVar

_Response = TypeVar("_Response")
_SECONDS, _ATTEMPTS = 5, 2


class Unknown(Exception):
    """Information is not available; the message is a sentence with the reason."""


def client(service: str) -> Any:
    """Return a boto3 client with short timeouts.

    Raises `Unknown` if boto3 or the region is missing.
    """
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise Unknown("boto3 is not installed in this image.") from error
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if region is None:
        raise Unknown("The job has no region; set AWS_REGION.")
    timeouts = Config(connect_timeout=_SECONDS, read_timeout=_SECONDS, retries={"max_attempts": _ATTEMPTS})
    return boto3.client(service, region_name=region, config=timeouts)


def request(call: Callable[[], _Response]) -> _Response:
    """Return the response of an API call.

    Raises `Unknown` if the call is refused, or the API cannot be reached.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return call()
    except (BotoCoreError, ClientError) as error:
        raise Unknown(f"{error}".splitlines()[0].rstrip(".") + ".") from error
