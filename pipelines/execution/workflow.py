"""A run on a target: build, upsert, upload, start, follow, collect."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.aws.responses import last_part
from pipelines.data import dataset as datasets
from pipelines.data import versions
from pipelines.data.code_bundles import bundles
from pipelines.data.dataset import PARQUET, Dataset
from pipelines.data.header import BEGINNING_BYTES, check_header, check_header_in_s3
from pipelines.data.whole_files import written_whole
from pipelines.definition.build import Build
from pipelines.definition.document import Definition
from pipelines.errors import BadInput
from pipelines.execution import pipeline as executions
from pipelines.execution import schedule as schedules
from pipelines.execution.follow import interruptible, to_its_end
from pipelines.execution.logs import last_log_lines
from pipelines.execution.parameters import check_parameters, declared, with_found
from pipelines.execution.pipeline import Progress
from pipelines.execution.results import TaskResult, collect, collect_data_report
from pipelines.execution.schedule import Schedule
from pipelines.models.registry import CHAMPION
from pipelines.settings.fields import Settings, Task
from pipelines.target.connection import Target

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunRequest:
    """A run's actions; ``wait`` None is the target's default: wait locally, do not wait on AWS."""

    upsert: bool
    start: bool
    wait: bool | None = None
    parameters: Mapping[str, str] | None = None
    execution_name: str | None = None
    schedule: str | None = None
    """``cron(...)``, ``rate(...)`` or ``off``."""
    preflight: bool = True
    """Whether to check the header of the data on AWS, where a job costs money."""

    @property
    def is_scheduled(self) -> bool:
        """Whether a schedule is set."""
        return self.schedule not in (None, schedules.OFF)

    def __post_init__(self) -> None:
        """Refuse values that the service would refuse."""
        if self.schedule:
            schedules.check(self.schedule)
        if self.execution_name:
            executions.check_display_name(self.execution_name)


@dataclass(frozen=True)
class RunResult:
    """Result of a run; members of actions that were not requested are None."""

    settings: Settings
    target: Target
    pipeline_arn: str
    definition: Definition
    dataset: Dataset | None = None
    input_uri: str | None = None
    progress: Progress | None = None
    results: Mapping[Task, TaskResult] | None = None
    data_report: Path | None = None
    """The page about the data."""
    log: tuple[str, ...] = ()
    """The last lines of the log of the step that failed."""
    schedule: Schedule | None = None

    @property
    def data_file(self) -> Path | None:
        """The copy of a CSV file that a local run leaves, for predictions of its rows and those after them."""
        if self.target.name != "local" or self.dataset is None or list(self.dataset.files) != [self.dataset.name]:
            return None
        parquet = self.dataset.name.lower().endswith(PARQUET)
        return None if parquet else self.settings.state_dir / "data.csv"


def run(request: RunRequest, settings: Settings, target: Target, show: Callable[[Progress], None]) -> RunResult:
    """Run the actions of a request; ``show`` gets every progress while an execution is followed.

    Raises `PipelineError`, or one of its subclasses.
    """
    sagemaker = target.client("sagemaker")
    parameters = dict(request.parameters or {})
    code = bundles(settings.table)
    build = Build(settings, target, code) if request.upsert else None
    try:
        data = _find_data(request, settings, target, parameters) if request.start or request.is_scheduled else None
        if build is None:
            arn, definition = executions.stored_definition(sagemaker, settings.pipeline_name)
        else:
            definition = build.result()
        check_parameters(definition, parameters)
    finally:
        if build is not None:
            build.cancel()
    if build is not None:
        for bundle in code:
            bundle.upload(target.client("s3"), target.bucket, settings.pipeline_name)
        arn = executions.upsert(sagemaker, settings, target.role, definition)
        logger.info("Upserted %s", arn)
    begun = RunResult(settings, target, arn, definition, data)
    if request.start or request.is_scheduled:
        begun = _with_input(begun, parameters)
    if request.schedule:
        begun = replace(begun, schedule=_set_schedule(request.schedule, begun, parameters))
    return _execute(request, begun, parameters, show) if request.start else begun


def _find_data(
    request: RunRequest, settings: Settings, target: Target, parameters: Mapping[str, str]
) -> Dataset | None:
    """Find the data, unless the parameters name it."""
    preflight = request.preflight and target.name == "aws"
    if "InputDataUri" in parameters:
        if preflight and request.start:  # the data of a schedule may come later
            check_header_in_s3(target.client("s3"), parameters["InputDataUri"], settings.table)
        return None
    data = datasets.find(settings.data, settings.table, allow_sample=target.name == "local")
    if not data.real and target.name == "aws":
        raise BadInput(f"{data.source} is the generated sample, which is refused on AWS. Name real data with --data.")
    if preflight and data.content is None:
        check_header_in_s3(target.client("s3"), data.source, settings.table)
    elif preflight:
        check_header(data.source, data.beginning(BEGINNING_BYTES), settings.table)
    if data.sha256 is None:
        logger.info("Data: %s", data.source)
    else:
        logger.info("Data: %s, %d rows, sha256 %s", data.source, data.rows, data.sha256)
    return data


def _with_input(begun: RunResult, parameters: dict[str, str]) -> RunResult:
    """Upload the data, and name it and its version in the parameters."""
    settings, target = begun.settings, begun.target
    if begun.dataset is not None:
        parameters["InputDataUri"] = datasets.upload(begun.dataset, target.bucket, settings.pipeline_name)
        if begun.data_file is not None:
            with written_whole(begun.data_file) as (partial,):
                partial.write_bytes(begun.dataset.data)
    known, clients = declared(begun.definition), (target.client("sagemaker"), target.client("s3"))
    parameters.update(with_found(parameters, known, *clients, settings.pipeline_name, settings.tasks))
    return replace(begun, input_uri=parameters["InputDataUri"])


def _set_schedule(expression: str, begun: RunResult, parameters: Mapping[str, str]) -> Schedule | None:
    settings = begun.settings
    # Uploaded data lies under the hash of its content. Another address may get new content before a start.
    constant = begun.dataset is not None and parameters.get("BatchInputUri") == parameters["InputDataUri"]
    # Nobody knows which version will be the champion then.
    unknown = [*([] if constant else [versions.PARAMETER]), CHAMPION]
    parameters = {**parameters, **{name: schedules.SCHEDULED_TIME for name in unknown if name in parameters}}
    schedule = schedules.change(expression, begun.target, settings, settings.pipeline_name, parameters)
    if schedule is None:
        return None
    if not constant:
        logger.info("Every execution reads %s when it starts, and takes no results from the cache.", begun.input_uri)
    elif settings.cache_days:
        logger.info(
            "Every execution reads %s, whose content does not change, so results come from the cache for %d days.",
            begun.input_uri,
            settings.cache_days,
        )
    return schedule


def _execute(
    request: RunRequest, begun: RunResult, parameters: dict[str, str], show: Callable[[Progress], None]
) -> RunResult:
    settings, target = begun.settings, begun.target
    sagemaker = target.client("sagemaker")
    types = executions.step_types(begun.definition)
    waits = request.wait if request.wait is not None else target.name == "local"
    arn = executions.start(sagemaker, settings.pipeline_name, parameters, request.execution_name)
    with interruptible(target, arn, stops=waits and target.name == "local"):
        logger.info("Started %s", arn)
        if not waits:
            return _with(begun, executions.look(sagemaker, arn, types))
        progress = to_its_end(target, arn, types, show)
    return _collected(begun, progress)


def finish(begun: RunResult, show: Callable[[Progress], None]) -> RunResult:
    """Follow an execution that was started without waiting to its end, and collect its results."""
    assert begun.progress is not None
    target, arn = begun.target, begun.progress.arn
    with interruptible(target, arn, stops=target.name == "local"):
        progress = to_its_end(target, arn, executions.step_types(begun.definition), show)
    return _collected(begun, progress)


def _collected(begun: RunResult, progress: Progress) -> RunResult:
    settings, target = begun.settings, begun.target
    folder = settings.state_dir / "results" / last_part(progress.arn)
    # New clients: on the way the credentials may have expired and been renewed.
    clients = target.client("sagemaker"), target.client("s3")
    results = collect(progress, settings.tasks, *clients, folder)
    data_report = collect_data_report(progress, *clients, folder)
    return replace(_with(begun, progress, results), data_report=data_report)


def _with(begun: RunResult, progress: Progress, results: Mapping[Task, TaskResult] | None = None) -> RunResult:
    failed = next((step for step in progress.steps if step.status == "Failed"), None)
    log = last_log_lines(begun.target.client("logs"), failed) if failed else []
    return replace(begun, progress=progress, results=results, log=tuple(log))
