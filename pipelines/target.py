"""Where the work runs: on AWS or locally. Only this module starts the local service."""

import contextlib
import logging
import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Literal

from pipelines.aws.account import INSIDE_SAGEMAKER, check_bucket, default_bucket, find_account, find_role
from pipelines.aws.prices import Prices, load_prices
from pipelines.errors import EnvironmentProblem, missing_package
from pipelines.settings.fields import Settings
from pipelines.settings.sentences import Sentence

logger = logging.getLogger(__name__)

DEFAULT_REGION = "us-east-1"
LOCAL_ACCOUNT = "123456789012"
POLL_SECONDS = {"local": 0.1, "aws": 10.0}


@dataclass(frozen=True)
class Choice:
    """The target, and the reason for it, for one line of the log."""

    name: Literal["local", "aws"]
    why: str


@dataclass(frozen=True, kw_only=True)
class Connection:
    """A target whose API can be called; enough for the commands that build no definition."""

    name: Literal["local", "aws"]
    region: str
    bucket: str
    """The bucket of its objects."""
    client: Callable[[str], Any]
    """``client("sagemaker")`` makes a boto3 client."""
    find_role: Callable[[], str]
    """Finds the execution role for what a command creates, or raises `EnvironmentProblem`."""
    owns_service: bool = False
    """Whether everything that runs on the target ends when this process ends, as with ``--keep-alive 0``."""
    has_ended: Callable[[], bool] | None = None
    """Whether the local service has ended, so that another user's may answer at its address; None on AWS."""
    stack: Mapping[str, str] = field(default_factory=dict)
    """The outputs of the CloudFormation stack of ``infra/template.yaml``; empty locally."""


@dataclass(frozen=True, kw_only=True)
class Target(Connection):
    """A target that runs pipelines."""

    role: str
    """The execution role, as the definition names it."""
    jumpstart: Mapping[str, bytes]
    """The pinned metadata of JumpStart's models, as S3 keys and contents; none on AWS, where the SDK reads AWS's."""


@dataclass(frozen=True)
class CommandContext:
    """Settings, connection and prices of one command, with the clients that it uses.

    Functions that need only one of them take that one instead.
    """

    settings: Settings
    connection: Connection
    prices: Prices

    def client(self, service: str) -> Any:
        """Make a boto3 client."""
        return self.connection.client(service)

    @cached_property
    def sagemaker(self) -> Any:
        """SageMaker's client."""
        return self.client("sagemaker")

    @cached_property
    def s3(self) -> Any:
        """S3's client."""
        return self.client("s3")

    @cached_property
    def scaling(self) -> Any:
        """Application Auto Scaling's client."""
        return self.client("application-autoscaling")

    @cached_property
    def caller(self) -> Mapping[str, Any]:
        """The response of STS's GetCallerIdentity."""
        response: Mapping[str, Any] = self.client("sts").get_caller_identity()
        return response

    @property
    def on_aws(self) -> bool:
        """Whether the target is AWS."""
        return self.connection.name == "aws"

    @property
    def pipeline(self) -> str:
        """The pipeline's name, which is also its prefix in the bucket."""
        return self.settings.pipeline_name

    @property
    def poll_seconds(self) -> float:
        """Seconds between two polls of the service."""
        return POLL_SECONDS[self.connection.name]

    def command(self, arguments: str) -> str:
        """Spell a command that works on the same target, such as ``endpoint delete --name x``."""
        settings = self.settings
        words = ["boostpipe", arguments, f"--target {self.connection.name}"]
        if not self.on_aws and settings.state_dir != Settings().state_dir:
            words.append(f"--state-dir {shlex.quote(str(settings.state_dir))}")
        if settings.region:
            words.append(f"--region {settings.region}")
        return " ".join(words)


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
            client=_client(account.region),
            find_role=lambda: find_role(account, settings),
            stack=account.outputs,
        )
        return
    with _local(settings) as connection:
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
        jumpstart = {} if connection.name == "aws" else _pinned_jumpstart(settings, connection.region)
        yield Target(**vars(connection), role=connection.find_role(), jumpstart=jumpstart)


@contextlib.contextmanager
def offline(settings: Settings) -> Iterator[Target]:
    """Make a target that calls no API, for ``--dry-run``."""
    region = settings.region or DEFAULT_REGION
    yield Target(
        name="local",
        region=region,
        bucket=_local_bucket(settings, region),
        client=_no_client,
        find_role=lambda: _local_role(settings, region),
        role=_local_role(settings, region),
        jumpstart=_pinned_jumpstart(settings, region),
    )


def _pinned_jumpstart(settings: Settings, region: str) -> dict[str, bytes]:
    """Read the pinned metadata, and name the entries in use that no public source confirms."""
    from local_sagemaker.jumpstart.specs import metadata_objects, unconfirmed_models

    kinds = {
        "regression" if task.kind == "regression" else "classification"
        for task in map(settings.table.task, settings.tasks)
    }
    used = {f"{algorithm}-{kind}-model" for algorithm in settings.algorithms for kind in kinds}
    unconfirmed = sorted(used & unconfirmed_models())
    if unconfirmed:
        logger.warning(
            "No public source confirms the pinned addresses of %s; on AWS they are looked up in AWS's own bucket.",
            " and ".join(unconfirmed),
        )
    return metadata_objects(region)


@contextlib.contextmanager
def _local(settings: Settings) -> Iterator[Connection]:
    from local_sagemaker import connect_service
    from local_sagemaker.core.state_directory import still_serves

    region, minutes = settings.region or DEFAULT_REGION, settings.keep_alive
    with (
        _opened(lambda: connect_service(settings.state_dir, region, settings.isolation, keep_alive=minutes)) as service,
        _environment_variables({**service.environment, "AWS_DEFAULT_REGION": region}),
    ):
        for line in () if service.in_process else _about_running(service, settings):
            logger.info("%s", line)
        bucket = _local_bucket(settings, region)
        client = _local_client(region, bucket)
        yield Connection(
            name="local",
            region=region,
            bucket=bucket,
            client=client,
            find_role=lambda: _local_role(settings, region),
            owns_service=service.in_process,
            has_ended=lambda: not (service.in_process or still_serves(settings.state_dir.resolve(), service)),
        )


def _about_running(service: Any, settings: Settings) -> Iterator[str]:
    """Report a service that has just started, and each setting of this command that one which runs does not follow."""
    stop = f"local-sagemaker stop --state-dir {shlex.quote(str(settings.state_dir))}"
    if service.is_new:
        yield (
            f"The local service runs in the background now. It ends after {settings.keep_alive} minutes without use, "
            f"or with: {stop}"
        )
        return
    if settings.keep_alive not in (service.keep_alive, Settings().keep_alive) and service.own_process:
        end = f"after {service.keep_alive:g} minutes without use" if service.keep_alive else "when it is stopped"
        yield (
            f"--keep-alive {settings.keep_alive} has no effect: the local service runs already, and ends {end}. To "
            f"end it: {stop}"
        )


@contextlib.contextmanager
def _environment_variables(values: Mapping[str, str]) -> Iterator[None]:
    """Send every AWS client of this process to the service, for as long as the context lasts."""
    from local_sagemaker.core.access import CLEARED_VARIABLES

    before = {name: os.environ.get(name) for name in (*values, *CLEARED_VARIABLES)}
    os.environ.update(values)
    for name in CLEARED_VARIABLES:
        os.environ.pop(name, None)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _local_bucket(settings: Settings, region: str) -> str:
    return settings.bucket or default_bucket(region, LOCAL_ACCOUNT)


def _local_role(settings: Settings, region: str) -> str:
    from local_sagemaker.core.names import partition_of

    role = f"arn:{partition_of(region)}:iam::{LOCAL_ACCOUNT}:role/service-role/SageMakerLocalExecutionRole"
    return settings.role_arn or role


@contextlib.contextmanager
def _opened(opening: Callable[[], contextlib.AbstractContextManager[Any]]) -> Iterator[Any]:
    """Open the local service; turn its errors into `EnvironmentProblem`."""
    from local_sagemaker.core.errors import StateDirectoryError

    with contextlib.ExitStack() as stack:
        try:
            service = stack.enter_context(opening())
        except StateDirectoryError as error:
            raise EnvironmentProblem(str(error)) from error
        except ImportError as error:
            raise missing_package(error.name or str(error)) from error
        yield service


def _local_client(region: str, bucket: str) -> Callable[[str], Any]:
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


def _client(region: str) -> Callable[[str], Any]:
    def make(service: str) -> Any:
        import boto3

        return boto3.client(service, region_name=region, config=_retries(11))

    return make


def _retries(attempts: int) -> Any:
    """Configure a client's retries; a local service that refuses connections has ended, so few are enough there."""
    from botocore.config import Config

    return Config(retries={"mode": "adaptive", "total_max_attempts": attempts})


def _no_client(service: str) -> Any:
    raise EnvironmentProblem(f"A dry run calls no API, so there is no client for {service}.")
