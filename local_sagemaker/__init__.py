"""SageMaker on this machine: the same API, the same JSON, real work. Imports nothing from the rest of ``pipelines``."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from local_sagemaker.api.service import Service
    from local_sagemaker.core.state_directory import RunningService

__all__ = ["open_service"]


def open_service(
    state_dir: Path,
    region: str = "us-east-1",
    isolation: Literal["fork", "process"] = "fork",
    *,
    patient: bool = False,
) -> AbstractContextManager[Service | RunningService]:
    """SageMaker on this machine, for as long as the context lasts.

    The service that already runs on the state directory is used; else one is started in this process, and ended with
    its jobs when the context ends.

    Example::

        with open_service(Path(".sagemaker-local")) as service:
            client = boto3.client("sagemaker", endpoint_url=service.endpoint_url, ...)

    See ``local_sagemaker.lifetime.open_service``, which this imports when it is called and not before.
    """
    from local_sagemaker import lifetime

    return lifetime.open_service(state_dir, region, isolation, patient=patient)
