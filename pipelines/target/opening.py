"""The choice between AWS and this machine, and the connection to it."""

import contextlib
import os
from collections.abc import Iterator, Mapping

from pipelines.aws.account import INSIDE_SAGEMAKER, check_bucket, find_account, find_role
from pipelines.aws.prices import load_prices
from pipelines.settings.fields import Settings
from pipelines.settings.sentences import Sentence
from pipelines.target.clients import DEFAULT_REGION, aws_client, no_client
from pipelines.target.connection import Choice, CommandContext, Connection, Target
from pipelines.target.local import connect_local, local_bucket, local_role, pinned_jumpstart


def choose(settings: Settings, environment: Mapping[str, str] = os.environ) -> Choice:
    """Resolve ``auto``: AWS where an execution role is given, else local."""
    if settings.target != "auto":
        return Choice(settings.target, Sentence.of("--target is given"))
    if settings.role_arn:
        return Choice("aws", Sentence.of("an execution role is given"))
    if INSIDE_SAGEMAKER.exists() or environment.get("SAGEMAKER_INTERNAL_IMAGE_URI"):
        return Choice("aws", Sentence.of("this is running inside SageMaker"))
    return Choice("local", Sentence.of("no execution role is given (--role-arn, SAGEMAKER_PIPELINE_ROLE_ARN)"))


@contextlib.contextmanager
def connect(settings: Settings, choice: Choice) -> Iterator[Connection]:
    """Open sessions to AWS, or connect to the local service, which starts if it does not run.

    Raises `EnvironmentProblem` if there are no credentials, there is no region, or the packages of the local service
    are not installed.
    """
    if choice.name == "aws":
        account = find_account(settings)
        yield Connection(
            name="aws",
            region=account.region,
            bucket=account.bucket,
            client=aws_client(account.region),
            find_role=lambda: find_role(account, settings),
            stack=account.outputs,
        )
        return
    with connect_local(settings) as connection:
        yield connection


@contextlib.contextmanager
def open_context(settings: Settings, choice: Choice) -> Iterator[CommandContext]:
    """Connect, and read the prices of its region.

    Raises `BadInput` if the file of prices cannot be used. Raises `EnvironmentProblem` as `connect` does.
    """
    with connect(settings, choice) as connection:
        yield CommandContext(settings, connection, load_prices(settings.prices, connection.region))


@contextlib.contextmanager
def open_target(settings: Settings, choice: Choice) -> Iterator[Target]:
    """Connect, and find what running a pipeline needs.

    Raises `EnvironmentProblem` as `connect` does, or if there is no role or no bucket.
    """
    with connect(settings, choice) as connection:
        if connection.name == "aws":
            check_bucket(connection.client("s3"), connection.bucket, connection.region)
        jumpstart = {} if connection.name == "aws" else pinned_jumpstart(settings, connection.region)
        yield Target(**vars(connection), role=connection.find_role(), jumpstart=jumpstart)


@contextlib.contextmanager
def offline(settings: Settings) -> Iterator[Target]:
    """Make a target that calls no API, for ``--dry-run``."""
    region = settings.region or DEFAULT_REGION
    yield Target(
        name="local",
        region=region,
        bucket=local_bucket(settings, region),
        client=no_client,
        find_role=lambda: local_role(settings, region),
        role=local_role(settings, region),
        jumpstart=pinned_jumpstart(settings, region),
    )
