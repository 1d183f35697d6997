"""The service put together: what the operations, the engine and the server share."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from local_sagemaker.core import names
from local_sagemaker.core.logs import Logs
from local_sagemaker.core.store import Store
from local_sagemaker.core.supervisor import Supervisor

if TYPE_CHECKING:
    from local_sagemaker.endpoints.servers import Endpoints
    from local_sagemaker.engine.executions import Executions
    from local_sagemaker.jobs.contract import Hosting, JobContext, JobOutcome
    from local_sagemaker.moto.dispatch import AwsServices
    from local_sagemaker.moto.experiments import Experiments
    from local_sagemaker.moto.s3.objects import Objects

Request = Mapping[str, Any]
Response = dict[str, Any]
Isolation = Literal["fork", "process"]
Work = Literal["process", "train", "serve"]

ACCOUNT_ID = "123456789012"
ROLE_NAME = "SageMakerLocalExecutionRole"
IDENTITY_PATH = "/_sagemaker-local"
"""Where a service says who it is."""


@dataclass(frozen=True)
class Runners:
    """Who does the work of jobs: the containers' side, or a test's stand-in for it."""

    processing: Callable[[Request, JobContext], JobOutcome]
    training: Callable[[Request, JobContext], JobOutcome]
    transform: Callable[[Request, Request, JobContext], JobOutcome]
    hosting: Callable[[Request, Request, JobContext], Hosting]
    missing: Callable[[str, Work], str | None] = lambda _image, _work: None
    """What an image lacks for a kind of work, where it cannot do it here."""


class Service:
    """SageMaker in one account and region.

    Attributes
    ----------
    endpoint_url, environment
        Where it answers, and the variables that send any AWS client there.
    store, objects, logs
        What stays: the records, S3, and the output of jobs.
    supervisor, executions, endpoints
        What runs: jobs, pipeline executions, and the servers behind endpoints.
    """

    in_process = True
    """Whether the service ends with this process."""

    objects: Objects
    aws_services: AwsServices
    executions: Executions
    experiments: Experiments
    endpoints: Endpoints
    runners: Runners
    endpoint_url: str

    def __init__(self, directory: Path, region: str, isolation: Isolation, store: Store) -> None:
        self.directory = directory
        self.region = region
        self.isolation = isolation
        self.account_id = ACCOUNT_ID
        self.store = store
        self.logs = Logs(directory / "logs", ACCOUNT_ID, region)
        self.supervisor = Supervisor()
        self.closing = ExitStack()
        """What is to be closed with the service, in reverse order."""

    @property
    def role_arn(self) -> str:
        """An execution role that exists in the local IAM."""
        return f"arn:{names.partition_of(self.region)}:iam::{self.account_id}:role/service-role/{ROLE_NAME}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment that sends any AWS client here."""
        return environment(self.endpoint_url, self.region)

    @property
    def identity(self) -> dict[str, Any]:
        """What tells one service from another."""
        return {
            "endpoint_url": self.endpoint_url,
            "state_dir": str(self.directory),
            "region": self.region,
            "account_id": self.account_id,
            "role_arn": self.role_arn,
        }

    def arn(self, resource: str) -> str:
        """The ARN of a resource of this account, such as ``model/name``."""
        return names.arn(self.region, self.account_id, resource)

    def call(self, operation: str, request: Request) -> Response | None:
        """Carry out one operation of the API, as if it had come over HTTP.

        Raises
        ------
        ApiError
            What the API answers other than success.
        """
        from local_sagemaker.api.operations import carry_out

        return carry_out(self, operation, request)


def environment(endpoint_url: str, region: str) -> dict[str, str]:
    """The environment that sends any AWS client to an endpoint of ours, past any proxy."""
    direct = ",".join(filter(None, [os.environ.get("no_proxy") or os.environ.get("NO_PROXY"), "127.0.0.1"]))
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAGEMAKER_VALIDATE_ROLE": "false",
        "NO_PROXY": direct,
        "no_proxy": direct,
    }
