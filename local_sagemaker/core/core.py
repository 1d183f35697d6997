"""The core of the service: the values that all of its rooms share."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from local_sagemaker.core import names
from local_sagemaker.core.logs import Logs
from local_sagemaker.core.objects import ObjectStore
from local_sagemaker.core.store import Store
from local_sagemaker.core.supervisor import Supervisor

Request = Mapping[str, Any]
Response = dict[str, Any]
Call = Callable[[str, Request], Response | None]
"""``call(operation, request)`` runs one operation of the SageMaker API, or raises an ``ApiError``."""
Emit = Callable[[str, Callable[[], Mapping[str, Any] | None], Sequence[str]], None]
"""``emit(detail_type, detail, resources)`` sends an event; ``detail()`` is called only if a rule may exist for it."""
Isolation = Literal["fork", "process"]
Work = Literal["process", "train", "serve"]

ACCOUNT_ID = "123456789012"
ROLE_NAME = "SageMakerLocalExecutionRole"


@dataclass(frozen=True)
class Address:
    """The address of a service, with the account and the region that it emulates."""

    endpoint_url: str
    region: str
    account_id: str = ACCOUNT_ID

    @property
    def role_arn(self) -> str:
        """The ARN of an execution role that exists in the local IAM."""
        return f"arn:{names.partition_of(self.region)}:iam::{self.account_id}:role/service-role/{ROLE_NAME}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that send any AWS client to this service, past any proxy."""
        direct = ",".join(filter(None, [os.environ.get("no_proxy") or os.environ.get("NO_PROXY"), "127.0.0.1"]))
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SAGEMAKER_VALIDATE_ROLE": "false",
            "NO_PROXY": direct,
            "no_proxy": direct,
        }


@dataclass(frozen=True, kw_only=True)
class Core(Address):
    """SageMaker in one account and region: its address, its storage and its running jobs."""

    directory: Path
    """The state directory."""
    isolation: Isolation
    """How jobs start: forked from a template process, or as plain processes."""
    store: Store
    objects: ObjectStore
    logs: Logs
    """The records, the objects in S3, and the output of jobs."""
    emit: Emit
    """Sends an event to EventBridge."""
    supervisor: Supervisor = field(default_factory=Supervisor)
    """The jobs that run now."""

    def arn(self, resource: str) -> str:
        """The ARN of a resource of this account, such as ``model/name``."""
        return names.arn(self.region, self.account_id, resource)
