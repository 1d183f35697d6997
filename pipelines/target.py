"""Where the work runs: the only place that knows. The local service is started here and nowhere else."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pipelines.account import INSIDE_SAGEMAKER, default_bucket, find_account
from pipelines.errors import EnvironmentProblem
from pipelines.settings import Settings
from pipelines.surroundings import (
    ONLINE_SDK,
    environment_variables,
    offline_sdk,
    pinned_jumpstart,
    warn_of_unconfirmed_models,
)

DEFAULT_REGION = "us-east-1"
LOCAL_ACCOUNT = "123456789012"
LOCAL_ROLE = f"arn:aws:iam::{LOCAL_ACCOUNT}:role/service-role/SageMakerLocalExecutionRole"


@dataclass(frozen=True)
class Choice:
    """Which target, and why, in words for one line."""

    name: Literal["local", "aws"]
    why: str


@dataclass(frozen=True)
class Target:
    """A place that runs pipelines.

    Attributes
    ----------
    name, region, role, bucket
        As the definition names them.
    sdk_environment
        Environment variables for the process that builds the definition with the SDK.
    client
        ``client("sagemaker")`` makes a boto3 client.
    owns_service
        Whether the executions end when this process ends.
    """

    name: Literal["local", "aws"]
    region: str
    role: str
    bucket: str
    sdk_environment: Mapping[str, str]
    client: Callable[[str], Any]
    owns_service: bool = False

    def execution_link(self, pipeline_name: str, execution_arn: str) -> str:
        """Give the address under which Studio draws an execution."""
        execution_id = execution_arn.rsplit("/", 1)[-1]
        return (
            f"https://{self.region}.console.aws.amazon.com/sagemaker/home?region={self.region}"
            f"#/pipelines/{pipeline_name}/executions/{execution_id}/graph"
        )


def choose(settings: Settings, environment: Mapping[str, str] = os.environ) -> Choice:
    """Resolve ``auto``: AWS where an execution role is given, else this machine."""
    if settings.target != "auto":
        return Choice(settings.target, "as asked for with --target")
    if settings.role_arn:
        return Choice("aws", "an execution role is given")
    if INSIDE_SAGEMAKER.exists() or environment.get("SAGEMAKER_INTERNAL_IMAGE_URI"):
        return Choice("aws", "this is running inside SageMaker")
    return Choice("local", "no execution role is given (--role-arn, SAGEMAKER_PIPELINE_ROLE_ARN)")


@contextlib.contextmanager
def open_target(settings: Settings, choice: Choice) -> Iterator[Target]:
    """Open sessions to AWS, or start SageMaker on this machine (or use the one that runs).

    Raises
    ------
    EnvironmentProblem
        No credentials, no region, no role, no bucket, or the packages of the local service are not installed.
    """
    if choice.name == "aws":
        account = find_account(settings)
        region = account.region
        sdk = {**ONLINE_SDK, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}
        yield Target("aws", region, account.role, account.bucket, sdk, _client(region))
        return
    with _local(settings) as target:
        yield target


@contextlib.contextmanager
def offline(settings: Settings) -> Iterator[Target]:
    """Stand in for a target where nothing is to be reached, as for ``--dry-run``."""
    region = settings.region or DEFAULT_REGION
    role = settings.role_arn or LOCAL_ROLE
    bucket = settings.bucket or default_bucket(region, LOCAL_ACCOUNT)
    warn_of_unconfirmed_models(settings)
    with pinned_jumpstart(region) as folder:
        yield Target("local", region, role, bucket, offline_sdk(region, folder), _no_client)


@contextlib.contextmanager
def _local(settings: Settings) -> Iterator[Target]:
    from pipelines.local import open_service

    region = settings.region or DEFAULT_REGION
    with (
        _opened(lambda: open_service(settings.state_dir, region, isolation=settings.isolation)) as service,
        environment_variables({**service.environment, "AWS_DEFAULT_REGION": region}),
        offline(settings) as target,
    ):
        _make_bucket(_client(region)("s3"), target.bucket, region)
        yield Target(
            "local", region, target.role, target.bucket, target.sdk_environment, _client(region), service.in_process
        )


@contextlib.contextmanager
def _opened(opening: Callable[[], contextlib.AbstractContextManager[Any]]) -> Iterator[Any]:
    """Open the local service; what keeps it from opening is the environment's fault, in its own words."""
    from pipelines.local.errors import StateDirectoryError

    with contextlib.ExitStack() as stack:
        try:
            service = stack.enter_context(opening())
        except StateDirectoryError as error:
            raise EnvironmentProblem(str(error)) from error
        except ImportError as error:
            raise _not_installed(error) from error
        yield service


def _not_installed(error: ImportError) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"SageMaker on this machine needs a package that is not installed ({error.name}). "
        "Install it with: pip install 'seoul-bike-pipelines[local]'"
    )


def _make_bucket(s3: Any, bucket: str, region: str) -> None:
    from botocore.exceptions import ClientError

    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        elsewhere = {} if region == DEFAULT_REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **elsewhere)


def _client(region: str) -> Callable[[str], Any]:
    def make(service: str) -> Any:
        import boto3
        from botocore.config import Config

        retries = Config(retries={"mode": "adaptive", "max_attempts": 10})
        return boto3.client(service, region_name=region, config=retries)

    return make


def _no_client(service: str) -> Any:
    raise EnvironmentProblem(f"Nothing is reached in a dry run, so there is no client for {service}.")
