"""The folders and configuration files of a training container, below ``/opt/ml``."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from local_sagemaker.containers.process.paths import rewrite_ml


@dataclass(frozen=True)
class Layout:
    """The paths below ``base``: ``/opt/ml``, or the job's own folder on a machine without namespaces."""

    base: Path

    @classmethod
    def of_this_container(cls) -> Self:
        """The layout of the container that the calling process runs in."""
        return cls(Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")))

    @property
    def code(self) -> Path:
        """The user's code."""
        return self.base / "code"

    @property
    def model(self) -> Path:
        """The folder that becomes ``model.tar.gz``."""
        return self.base / "model"

    @property
    def input(self) -> Path:
        """Configuration and data."""
        return self.base / "input"

    @property
    def output(self) -> Path:
        """``failure``, ``data`` and the like."""
        return self.base / "output"

    @property
    def output_data(self) -> Path:
        """The folder that becomes ``output.tar.gz``."""
        return self.output / "data"

    @property
    def configuration(self) -> Path:
        """The JSON files that SageMaker writes."""
        return self.input / "config"

    def channel(self, name: str) -> Path:
        """A channel's data."""
        return self.input / "data" / name

    def read_hyperparameters(self) -> dict[str, str]:
        """The hyperparameters as they were sent: text."""
        hyperparameters: dict[str, str] = self._read("hyperparameters.json")
        return hyperparameters

    def read_channels(self) -> dict[str, dict[str, Any]]:
        """The configuration of each channel."""
        channels: dict[str, dict[str, Any]] = self._read("inputdataconfig.json")
        return channels

    def read_resources(self) -> dict[str, Any]:
        """The hosts and the instance type."""
        resources: dict[str, Any] = self._read("resourceconfig.json")
        return resources

    def checkpoint_folder(self) -> Path | None:
        """The folder for checkpoints; None if the job keeps none."""
        if not (self.configuration / "checkpointconfig.json").is_file():
            return None
        local_path: str = self._read("checkpointconfig.json").get("LocalPath", "/opt/ml/checkpoints")
        return Path(rewrite_ml(local_path, self.base))

    def report_failure(self, message: str) -> None:
        """Write ``/opt/ml/output/failure``, unless the script wrote one itself."""
        path = self.output / "failure"
        if not path.exists():
            self.output.mkdir(parents=True, exist_ok=True)
            path.write_text(message, encoding="utf-8")

    def report_success(self) -> None:
        """Create the empty file ``/opt/ml/output/success``."""
        self.output.mkdir(parents=True, exist_ok=True)
        (self.output / "success").touch()

    def _read(self, name: str) -> Any:
        return json.loads((self.configuration / name).read_text(encoding="utf-8"))
