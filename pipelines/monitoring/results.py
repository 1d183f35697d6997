"""What an execution of ``<Name>Monitor`` found, and its files in a local folder."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.aws.responses import last_part
from pipelines.definition.monitoring import OUTPUT, STEP
from pipelines.execution.pipeline import Progress
from pipelines.execution.results import download, output_uri
from pipelines.target.connection import CommandContext


@dataclass(frozen=True)
class Found:
    """The files that a monitoring job wrote, in a local folder."""

    folder: Path
    content: dict[str, Any]
    """The content of ``monitoring.json``."""

    @property
    def report(self) -> Path:
        """The page."""
        return self.folder / "report.html"

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` prints it."""
        return {"folder": str(self.folder), "alarms": self.content["alarms"], "quality": self.content["quality"]}


def collect(context: CommandContext, progress: Progress) -> Found | None:
    """Download what an execution found; None if its job has not succeeded, or it is no monitor's."""
    step = progress.succeeded.get(STEP)
    if step is None:
        return None
    folder = context.settings.state_dir / "results" / last_part(progress.arn)
    download(context.s3, output_uri(context.sagemaker, step, OUTPUT), folder)
    return Found(folder, json.loads((folder / "monitoring.json").read_text(encoding="utf-8")))
