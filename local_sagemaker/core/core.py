"""The core of the service: the values that all of its rooms share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from local_sagemaker.core import names
from local_sagemaker.core.access import Access
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


@dataclass(frozen=True, kw_only=True)
class Core(Access):
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
