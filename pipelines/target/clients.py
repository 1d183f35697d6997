"""boto3's clients of a target."""

import contextlib
from collections.abc import Callable
from functools import cache
from typing import Any

from pipelines.errors import EnvironmentProblem

DEFAULT_REGION = "us-east-1"


def local_client(region: str, bucket: str) -> Callable[[str], Any]:
    """Make clients as boto3 does; the first one of S3 makes the bucket.

    boto3 itself is imported for S3 only, because it takes as long as the rest of a command.
    """
    import botocore.session

    session = botocore.session.Session()

    @cache
    def with_transfers() -> Any:
        import boto3

        return boto3.Session(botocore_session=session)

    def make(service: str) -> Any:
        if service != "s3":
            return session.create_client(service, region_name=region, config=_retries(4))
        s3 = with_transfers().client("s3", region_name=region, config=_retries(4))
        _make_bucket(s3, bucket, region)
        return s3

    return make


def _make_bucket(s3: Any, bucket: str, region: str) -> None:
    from botocore.exceptions import ClientError

    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        elsewhere = {} if region == DEFAULT_REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):  # another command was faster
            s3.create_bucket(Bucket=bucket, **elsewhere)


def aws_client(region: str) -> Callable[[str], Any]:
    """Make clients of a region as boto3 does."""

    def make(service: str) -> Any:
        import boto3

        return boto3.client(service, region_name=region, config=_retries(11))

    return make


def _retries(attempts: int) -> Any:
    """Configure a client's retries; a local service that refuses connections has ended, so few are enough there."""
    from botocore.config import Config

    return Config(retries={"mode": "adaptive", "total_max_attempts": attempts})


def no_client(service: str) -> Any:
    """Refuse to make a client."""
    raise EnvironmentProblem(f"A dry run calls no API, so there is no client for {service}.")
