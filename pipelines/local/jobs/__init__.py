"""The work of SageMaker's jobs, done in real processes; what is promised to the API's side stands in ``contract``.

The names are resolved when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.local.containers.launcher import open_template as open_template
    from pipelines.local.jobs.hosting import start_hosting as start_hosting
    from pipelines.local.jobs.processing import run_processing as run_processing
    from pipelines.local.jobs.training import run_training as run_training
    from pipelines.local.jobs.transform import run_transform as run_transform

_HOMES = {
    "open_template": "pipelines.local.containers.launcher",
    "run_processing": "pipelines.local.jobs.processing",
    "run_training": "pipelines.local.jobs.training",
    "run_transform": "pipelines.local.jobs.transform",
    "start_hosting": "pipelines.local.jobs.hosting",
}

__all__ = ["open_template", "run_processing", "run_training", "run_transform", "start_hosting"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
