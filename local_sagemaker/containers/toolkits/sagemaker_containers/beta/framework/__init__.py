"""The modules that inference scripts import: content types, encoders, responses, errors, the environment."""

from __future__ import annotations

from types import SimpleNamespace

from sagemaker_containers import _content_types as content_types  # type: ignore[import-not-found]  # beside this one
from sagemaker_containers import entry_point, training_env
from sagemaker_containers.beta.framework import encoders, errors, worker  # type: ignore[import-not-found]

env = SimpleNamespace(TrainingEnv=training_env)
modules = SimpleNamespace()
transformer = SimpleNamespace()

__all__ = [
    "content_types", "encoders", "entry_point", "env", "errors", "modules", "training_env", "transformer", "worker",
]  # fmt: skip
