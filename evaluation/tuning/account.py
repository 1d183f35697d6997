"""What the account knows beyond this job's inputs, asked of SageMaker and S3 by the job itself.

A processing job knows its region and has its role's credentials. It may still be without a way to the API (a private
network, a role without these permissions), so whatever is asked for here may be unknown, with the reason as a sentence.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

_Answer = TypeVar("_Answer")
_SECONDS, _ATTEMPTS = 5, 2


class Unknown(Exception):
    """Something could not be learned; the message is a sentence that says why."""


def client(service: str) -> Any:
    """A client of an AWS service that gives up soon.

    Raises
    ------
    Unknown
        When there is no boto3, or no region.
    """
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise Unknown("boto3 is not in this image.") from error
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if region is None:
        raise Unknown("The job does not know its region (AWS_REGION).")
    patience = Config(connect_timeout=_SECONDS, read_timeout=_SECONDS, retries={"max_attempts": _ATTEMPTS})
    return boto3.client(service, region_name=region, config=patience)


def ask(question: Callable[[], _Answer]) -> _Answer:
    """What a call of the API answers.

    Raises
    ------
    Unknown
        When it is refused, or cannot be reached.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return question()
    except (BotoCoreError, ClientError) as error:
        raise Unknown(f"{error}".splitlines()[0].rstrip(".") + ".") from error
