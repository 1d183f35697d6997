"""The training toolkit's ``Environment``."""

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

base_dir = os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")
code_dir = f"{base_dir}/code"
model_dir = f"{base_dir}/model"
input_dir = f"{base_dir}/input"
output_dir = f"{base_dir}/output"


class Environment(Mapping[str, Any]):
    """The job's environment, by attribute and by key: ``hosts``, ``hyperparameters``, ``channel_input_dirs`` ...

    Raises KeyError (``SM_TRAINING_ENV``) if the process is not a script of a training job.
    """

    def __init__(self) -> None:
        self._values: dict[str, Any] = json.loads(os.environ["SM_TRAINING_ENV"])

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(name) from None

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def to_cmd_args(self) -> list[str]:
        """The hyperparameters as command line arguments."""
        arguments: list[str] = json.loads(os.environ["SM_USER_ARGS"])
        return arguments

    def to_env_vars(self) -> dict[str, str]:
        """The variables ``SM_*``."""
        return {name: value for name, value in os.environ.items() if name.startswith("SM_")}
