"""The work of SageMaker's jobs, done in real processes; what is promised to the API's side stands in ``contract``.

The names are resolved when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local_sagemaker.containers.process.launcher import open_template as open_template
    from local_sagemaker.jobs.processing import run_processing as run_processing
    from local_sagemaker.jobs.training import run_training as run_training
    from local_sagemaker.jobs.transform import run_transform as run_transform
    from local_sagemaker.jobs.variant_server import start_hosting as start_hosting

_HOMES = {
    "open_template": "local_sagemaker.containers.process.launcher",
    "run_processing": "local_sagemaker.jobs.processing",
    "run_training": "local_sagemaker.jobs.training",
    "run_transform": "local_sagemaker.jobs.transform",
    "start_hosting": "local_sagemaker.jobs.variant_server",
}

__all__ = ["open_template", "run_processing", "run_training", "run_transform", "start_hosting"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
