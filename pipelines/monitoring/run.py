"""Monitor a window: upload what it needs, upsert ``<Name>Monitor``, follow an execution, and collect its files."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.aws.responses import last_part
from pipelines.data import dataset as datasets
from pipelines.data.code_bundles import bundles
from pipelines.definition.checks import check
from pipelines.definition.monitoring import OUTPUT, PARAMETERS, monitoring_definition
from pipelines.errors import BadInput
from pipelines.execution import pipeline as executions
from pipelines.execution.follow import interruptible, to_its_end
from pipelines.execution.pipeline import Progress
from pipelines.execution.results import download
from pipelines.models.registry import RegisteredModel, read_metadata
from pipelines.models.schema import task_of
from pipelines.names import Layout, monitor_name
from pipelines.target import CommandContext

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Monitored:
    """The execution that judged a window, and its files in a local folder."""

    model: RegisteredModel
    progress: Progress
    folder: Path
    found: dict[str, Any] | None
    """The content of ``monitoring.json``; None if the job failed."""

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` prints it."""
        return {
            "model_package_arn": self.model.arn,
            "execution": self.progress.as_json(),
            "folder": str(self.folder) if self.found else None,
            "alarms": self.found["alarms"] if self.found else None,
            "quality": self.found["quality"] if self.found else None,
        }


def monitor(
    context: CommandContext, model: RegisteredModel, predictions: str, actuals: str, show: Callable[[Progress], None]
) -> Monitored:
    """Judge predictions of a version by what really happened; both are files or ``s3://`` addresses.

    Raises `BadInput` if a file does not exist, or the pipeline does not; nothing was changed then.
    """
    settings, connection, sagemaker = context.settings, context.connection, context.sagemaker
    for option, source in (("--predictions", predictions), ("--actuals", actuals)):
        if not source.startswith("s3://") and not Path(source).is_file():
            raise BadInput(f"{option}: there is no file {source}. Name a CSV or Parquet file, or an s3:// address.")
    _, pipeline = executions.stored_definition(sagemaker, context.pipeline)
    metadata = read_metadata(context.s3, model)
    layout = Layout(connection.bucket, context.pipeline)
    bundle = next(each for each in bundles(settings.table) if each.name == "evaluation")
    definition = monitoring_definition(
        pipeline,
        model.task,
        task_of(metadata.schema, model.task).column,
        bundle.uri(connection.bucket, context.pipeline),
        layout,
        lang=settings.lang,
        seed=settings.seed,
    )
    check(definition.text)
    sources = [
        datasets.upload(datasets.find(source, allow_sample=False), connection.bucket, context.pipeline)
        for source in (predictions, actuals)
    ]
    bundle.upload(context.s3, connection.bucket, context.pipeline)
    name = monitor_name(context.pipeline)
    described = f"Judges the predictions of {context.pipeline}"
    named = replace(settings, pipeline_name=name)
    executions.upsert(sagemaker, named, connection.find_role(), definition, described)
    parameters = dict(zip(PARAMETERS, [*sources, f"{model.evaluation_uri}/"], strict=True))
    arn = executions.start(sagemaker, name, parameters, None)
    logger.info("Started %s", arn)
    with interruptible(connection, arn, stops=connection.name == "local"):
        progress = to_its_end(connection, arn, executions.step_types(definition), show)
    folder = settings.state_dir / "results" / last_part(arn)
    download(context.s3, f"{layout.executions}/{last_part(arn)}/{OUTPUT}", folder)
    found = folder / "monitoring.json"
    return Monitored(model, progress, folder, json.loads(found.read_text(encoding="utf-8")) if found.exists() else None)
