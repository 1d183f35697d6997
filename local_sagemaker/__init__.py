"""The local SageMaker: the same API, the same JSON, real work."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from local_sagemaker.api.service import Service
    from local_sagemaker.core.state_directory import RunningService

__all__ = ["connect_service", "open_service"]


def open_service(
    state_dir: Path, region: str = "us-east-1", isolation: Literal["fork", "process"] = "fork", *, patient: bool = False
) -> AbstractContextManager[Service | RunningService]:
    """The local SageMaker, until the context ends.

    See ``local_sagemaker.lifetime.open_service``, which is imported on the first call, so that this import stays fast.

    Example::

        with open_service(Path(".sagemaker-local")) as service:
            client = boto3.client("sagemaker", **service.client_arguments)
    """
    from local_sagemaker import lifetime

    return lifetime.open_service(state_dir, region, isolation, patient=patient)


def connect_service(
    state_dir: Path,
    region: str = "us-east-1",
    isolation: Literal["fork", "process"] = "fork",
    *,
    keep_alive: float = 15,
) -> AbstractContextManager[Service | RunningService]:
    """The local SageMaker in a process of its own, which stays for later commands; see ``background``."""
    from local_sagemaker import background

    return background.connect_service(state_dir, region, isolation, keep_alive=keep_alive)
