"""Monitor a window: upload what it needs, upsert ``<Name>Monitor``, start or schedule it, and collect its files."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.aws.s3 import objects_below, split_uri
from pipelines.data import dataset as datasets
from pipelines.data.code_bundles import Bundle, bundles
from pipelines.definition.document import Definition
from pipelines.definition.monitoring import EVER, PARAMETERS, monitoring_definition
from pipelines.errors import BadInput
from pipelines.execution import pipeline as executions
from pipelines.execution import schedule as schedules
from pipelines.execution.follow import interruptible, to_its_end
from pipelines.execution.parameters import check_parameters
from pipelines.execution.pipeline import Progress
from pipelines.execution.schedule import Schedule
from pipelines.execution.workflow import RunRequest
from pipelines.models.registry import RegisteredModel, read_metadata
from pipelines.models.schema import task_of
from pipelines.monitoring.results import Found, collect
from pipelines.names import Layout, monitor_name
from pipelines.target.connection import CommandContext

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Window:
    """Predictions and what really happened: files, or ``s3://`` addresses; only starts and schedules need them."""

    predictions: str | None
    actuals: str | None
    since: str = EVER
    """Of the calls that an endpoint captured: those from then on."""
    until: str = EVER

    @property
    def sources(self) -> dict[str, str | None]:
        """The sources by the option that names them."""
        return {"--predictions": self.predictions, "--actuals": self.actuals}


@dataclass(frozen=True)
class Monitored:
    """What was done with ``<Name>Monitor``; members of actions that were not requested are None."""

    model: RegisteredModel
    pipeline_arn: str
    progress: Progress | None = None
    found: Found | None = None
    """None, too, if the execution was not followed, or its job failed."""
    schedule: Schedule | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` prints it."""
        nothing = {"folder": None, "alarms": None, "quality": None}
        return {
            "model_package_arn": self.model.arn,
            "pipeline": {"arn": self.pipeline_arn},
            "execution": self.progress.as_json() if self.progress else None,
            "schedule": self.schedule.as_json() if self.schedule else None,
            **(self.found.as_json() if self.found else nothing),
        }


def monitor(
    context: CommandContext,
    model: RegisteredModel,
    window: Window,
    request: RunRequest,
    show: Callable[[Progress], None],
) -> Monitored:
    """Judge predictions of a version by what really happened, now or on a schedule.

    Raises `BadInput` if there is no such file or pipeline, or a schedule is to read a file; nothing was changed then.
    """
    settings, connection, sagemaker = context.settings, context.connection, context.sagemaker
    name = monitor_name(context.pipeline)
    sources = _sources(context, window, request)
    if request.upsert:
        definition = _definition(context, model)
    else:
        arn, definition = executions.stored_definition(sagemaker, name)
    parameters = check_parameters(definition, _parameters(context, model, sources, window)) if sources else {}
    if request.upsert:
        _bundle(context).upload(context.s3, connection.bucket, context.pipeline)
        described = f"Judges the predictions of {context.pipeline}"
        named = replace(settings, pipeline_name=name)
        arn = executions.upsert(sagemaker, named, connection.find_role(), definition, described)
        logger.info("Upserted %s", arn)
    done = Monitored(model, arn)
    if request.schedule:
        schedule = schedules.change(request.schedule, connection, settings, name, parameters, model.task)
        done = replace(done, schedule=schedule)
    if not request.start:
        return done
    progress = _execute(context, name, definition, parameters, request, show)
    return replace(done, progress=progress, found=collect(context, progress))


def _sources(context: CommandContext, window: Window, request: RunRequest) -> list[str]:
    """Return the predictions and the actual values if something is to judge them, else nothing.

    Raises `BadInput` if one is not named or is not there, or a schedule is to read a file.
    """
    if not (request.start or request.is_scheduled):
        return []
    sources = {option: source for option, source in window.sources.items() if source}
    for option in window.sources:
        if option not in sources:
            raise BadInput(f"{option} is missing. Name a CSV or Parquet file, or an s3:// address.")
    for option, source in sources.items():
        if request.is_scheduled and not source.startswith("s3://"):
            raise BadInput(
                f"{option} is {source}, but a schedule would judge the same file at every start. Name an s3:// "
                "address, and put each new window there."
            )
        if request.start and not _is_there(context, source):
            raise BadInput(f"{option}: there is no file {source}. Name a CSV or Parquet file, or an s3:// address.")
    return [*sources.values()]


def _is_there(context: CommandContext, source: str) -> bool:
    if source.startswith("s3://"):
        return any(True for _ in objects_below(context.s3, *split_uri(source)))
    return Path(source).is_file()


def _parameters(
    context: CommandContext, model: RegisteredModel, sources: Iterable[str], window: Window
) -> dict[str, str]:
    """Upload files under their hash, and return what an execution needs to judge them."""
    bucket, schema = context.connection.bucket, read_metadata(context.s3, model).schema
    uris = [
        source
        # An address stays what it is, because its content may change.
        if source.startswith("s3://")
        else datasets.upload(datasets.find(source, allow_sample=False), bucket, context.pipeline)
        for source in sources
    ]
    inputs = (*uris, f"{model.evaluation_uri}/", f"{model.code_uri}/")
    arguments = (model.task, task_of(schema, model.task).column, model.title, window.since, window.until)
    return dict(zip(PARAMETERS, (*inputs, *arguments), strict=True))


def _definition(context: CommandContext, model: RegisteredModel) -> Definition:
    from pipelines.definition.checks import check  # botocore takes a while to import

    settings, bucket = context.settings, context.connection.bucket
    _, pipeline = executions.stored_definition(context.sagemaker, context.pipeline)
    code, layout = _bundle(context).uri(bucket, context.pipeline), Layout(bucket, context.pipeline)
    definition = monitoring_definition(pipeline, model.task, code, layout, lang=settings.lang, seed=settings.seed)
    check(definition.text)
    return definition


def _bundle(context: CommandContext) -> Bundle:
    return next(each for each in bundles(context.settings.table) if each.name == "evaluation")


def _execute(
    context: CommandContext,
    name: str,
    definition: Definition,
    parameters: dict[str, str],
    request: RunRequest,
    show: Callable[[Progress], None],
) -> Progress:
    """Start an execution, and follow it to its end if that is wanted."""
    connection, types = context.connection, executions.step_types(definition)
    waits = request.wait if request.wait is not None else not context.on_aws
    arn = executions.start(context.sagemaker, name, parameters, request.execution_name)
    with interruptible(connection, arn, stops=waits and not context.on_aws):
        logger.info("Started %s", arn)
        if not waits:
            return executions.look(context.sagemaker, arn, types)
        return to_its_end(connection, arn, types, show)
