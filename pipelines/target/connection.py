"""A target that a command is connected to, and the context of a command."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from pipelines.aws.prices import Prices
from pipelines.settings.fields import Settings

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
