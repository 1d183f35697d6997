"""Where the work runs: the only place that knows. The local service is started here and nowhere else."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipelines.errors import EnvironmentProblem
from pipelines.settings import Settings

DEFAULT_REGION = "us-east-1"
LOCAL_ACCOUNT = "123456789012"
LOCAL_ROLE = f"arn:aws:iam::{LOCAL_ACCOUNT}:role/service-role/SageMakerLocalExecutionRole"
logger = logging.getLogger(__name__)
INSIDE_SAGEMAKER = Path("/opt/ml/metadata/resource-metadata.json")
"""Studio and notebook instances describe themselves here; their own role is then the execution role."""


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
        yield _aws(settings)
        return
    with _local(settings) as target:
        yield target


@contextlib.contextmanager
def offline(settings: Settings) -> Iterator[Target]:
    """Stand in for a target where nothing is to be reached, as for ``--dry-run``."""
    region = settings.region or DEFAULT_REGION
    role = settings.role_arn or LOCAL_ROLE
    bucket = settings.bucket or _default_bucket(region, LOCAL_ACCOUNT)
    _warn_of_unconfirmed_models(settings)
    with _pinned_jumpstart(region) as folder:
        yield Target("local", region, role, bucket, _sdk_environment(region, folder), _no_client)


@contextlib.contextmanager
def _local(settings: Settings) -> Iterator[Target]:
    from pipelines.local import open_service

    region = settings.region or DEFAULT_REGION
    with (
        _opened(lambda: open_service(settings.state_dir, region, isolation=settings.isolation)) as service,
        _environment({**service.environment, "AWS_DEFAULT_REGION": region}),
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


def _aws(settings: Settings) -> Target:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    session = boto3.Session(region_name=settings.region)
    region = session.region_name
    if not region:
        raise EnvironmentProblem("No AWS region is set. Give one with --region or AWS_REGION.")
    try:
        identity = session.client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise EnvironmentProblem(
            f"AWS does not accept any credentials of this machine ({error}). Log in (aws configure, aws sso login), "
            "or run on this machine with --target local."
        ) from error
    bucket = settings.bucket or _default_bucket(region, identity["Account"])
    _check_bucket(session.client("s3"), bucket, region)
    return Target(
        "aws",
        region,
        _role(settings, identity["Arn"]),
        bucket,
        {"AWS_REGION": region, "AWS_DEFAULT_REGION": region, "SAGEMAKER_VALIDATE_ROLE": "false"},
        _client(region),
    )


def _role(settings: Settings, caller_arn: str) -> str:
    if settings.role_arn:
        return settings.role_arn
    if ":assumed-role/" in caller_arn and INSIDE_SAGEMAKER.exists():
        account, name = caller_arn.split(":")[4], caller_arn.split("/")[1]
        return f"arn:aws:iam::{account}:role/service-role/{name}"
    raise EnvironmentProblem(
        "No execution role is given. Name the role that SageMaker may take on with --role-arn or "
        "SAGEMAKER_PIPELINE_ROLE_ARN."
    )


def _check_bucket(s3: Any, bucket: str, region: str) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        s3.head_bucket(Bucket=bucket)
    except (BotoCoreError, ClientError) as error:
        raise EnvironmentProblem(
            f"The bucket {bucket} cannot be used ({error}). Name another with --bucket, or make it: "
            f"aws s3 mb s3://{bucket} --region {region}"
        ) from error


def _make_bucket(s3: Any, bucket: str, region: str) -> None:
    from botocore.exceptions import ClientError

    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        elsewhere = {} if region == DEFAULT_REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **elsewhere)


def _default_bucket(region: str, account: str) -> str:
    """The SDK's own convention."""
    return f"sagemaker-{region}-{account}"


def _client(region: str) -> Callable[[str], Any]:
    def make(service: str) -> Any:
        import boto3
        from botocore.config import Config

        retries = Config(retries={"mode": "adaptive", "max_attempts": 10})
        return boto3.client(service, region_name=region, config=retries)

    return make


def _no_client(service: str) -> Any:
    raise EnvironmentProblem(f"Nothing is reached in a dry run, so there is no client for {service}.")


def _sdk_environment(region: str, jumpstart_folder: Path) -> dict[str, str]:
    """Everything the SDK asks its environment for, so that it asks nobody else."""
    return {
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAGEMAKER_VALIDATE_ROLE": "false",
        "AWS_JUMPSTART_MANIFEST_LOCAL_ROOT_DIR_OVERRIDE": str(jumpstart_folder),
        "AWS_JUMPSTART_SPECS_LOCAL_ROOT_DIR_OVERRIDE": str(jumpstart_folder),
    }


@contextlib.contextmanager
def _pinned_jumpstart(region: str) -> Iterator[Path]:
    import tempfile

    from pipelines.local.jumpstart import metadata_objects

    with tempfile.TemporaryDirectory(prefix="jumpstart-") as folder:
        for key, content in metadata_objects(region).items():
            path = Path(folder) / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield Path(folder)


def _warn_of_unconfirmed_models(settings: Settings) -> None:
    from pipelines.local.jumpstart import unconfirmed_models

    used = {f"{algorithm}-{task}-model" for algorithm in settings.algorithms for task in settings.tasks}
    unconfirmed = sorted(used & unconfirmed_models())
    if unconfirmed:
        logger.warning(
            "No public source confirms the pinned addresses of %s; on AWS they are looked up in AWS's own bucket.",
            " and ".join(unconfirmed),
        )


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Point every AWS client of this process at the service, and forget it afterwards."""
    before = {name: os.environ.get(name) for name in (*values, "AWS_PROFILE", "AWS_SESSION_TOKEN")}
    os.environ.update(values)
    os.environ.pop("AWS_PROFILE", None)
    os.environ.pop("AWS_SESSION_TOKEN", None)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
