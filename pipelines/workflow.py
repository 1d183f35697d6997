"""Carries out what was asked for on a target: build, upsert, upload, start, follow, collect."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipelines import dataset as datasets
from pipelines import execution as executions
from pipelines.build import Build, Definition
from pipelines.code import bundles
from pipelines.dataset import Dataset
from pipelines.errors import BadInput
from pipelines.execution import Progress
from pipelines.following import to_its_end
from pipelines.results import TaskResult, collect
from pipelines.settings import Settings, Task
from pipelines.step_logs import last_log_lines
from pipelines.target import Target

DISPLAY_NAME = re.compile(r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,81}$")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wish:
    """What is to be done; ``wait`` None means as the target has it."""

    upsert: bool
    start: bool
    wait: bool | None = None
    parameters: Mapping[str, str] | None = None
    execution_name: str | None = None

    def __post_init__(self) -> None:
        """Refuse a name that the service would refuse."""
        if self.execution_name and not DISPLAY_NAME.match(self.execution_name):
            raise BadInput(
                f"--execution-name is {self.execution_name!r}, but it must have 1 to 82 letters, digits and single "
                "hyphens between them."
            )


@dataclass(frozen=True)
class Outcome:
    """What was done; parts that were not asked for are None."""

    settings: Settings
    target: Target
    pipeline_arn: str
    definition: Definition
    dataset: Dataset | None = None
    input_uri: str | None = None
    progress: Progress | None = None
    results: Mapping[Task, TaskResult] | None = None
    log: tuple[str, ...] = ()
    """The last lines of the log of the step that failed."""


def carry_out(wish: Wish, settings: Settings, target: Target, show: Callable[[Progress], None]) -> Outcome:
    """Do what is wished for; ``show`` is handed every progress while an execution is followed.

    Raises
    ------
    PipelineError
        Any of the tree: before anything is started, nothing has been registered.
    """
    if wish.start and wish.wait is False and target.owns_service:
        raise BadInput(
            "--no-wait would end SageMaker on this machine together with this command. Start it first, in a terminal "
            f"of its own: python -m pipelines.local serve --state-dir {settings.state_dir}"
        )
    sagemaker = target.client("sagemaker")
    parameters = dict(wish.parameters or {})
    code = bundles()
    build = Build(settings, target, code) if wish.upsert else None
    try:
        data = _find_data(settings, target, parameters) if wish.start else None
        if build is None:
            arn, definition = executions.stored_definition(sagemaker, settings.pipeline_name)
        else:
            definition = build.result()
        executions.check_parameters(definition, parameters)
    finally:
        if build is not None:
            build.cancel()
    if build is not None:
        for bundle in code:
            bundle.upload(target.client("s3"), target.bucket, settings.pipeline_name)
        arn = executions.upsert(sagemaker, settings, target.role, definition)
        logger.info("Upserted %s", arn)
    if not wish.start:
        return Outcome(settings, target, arn, definition)
    return _execute(wish, Outcome(settings, target, arn, definition, data), parameters, show)


def _find_data(settings: Settings, target: Target, parameters: Mapping[str, str]) -> Dataset | None:
    """Find the data, unless the execution is told where it lies already."""
    if "InputDataUri" in parameters:
        return None
    data = datasets.find(settings.data, allow_sample=target.name == "local")
    if not data.real and target.name == "aws":
        raise BadInput(f"{data.source} is the generated sample, and on AWS nothing is trained on that. Name real data.")
    logger.info("Data: %s, %d rows, sha256 %s", data.source, data.rows, data.sha256)
    return data


def _execute(wish: Wish, begun: Outcome, parameters: dict[str, str], show: Callable[[Progress], None]) -> Outcome:
    settings, target = begun.settings, begun.target
    sagemaker = target.client("sagemaker")
    if begun.dataset is not None:
        parameters["InputDataUri"] = datasets.upload(begun.dataset, target.bucket, settings.pipeline_name)
    parameters.setdefault("BatchInputUri", parameters["InputDataUri"])
    arn = executions.start(sagemaker, settings.pipeline_name, parameters, wish.execution_name)
    logger.info("Started %s", arn)
    types = executions.step_types(begun.definition)
    waits = wish.wait if wish.wait is not None else target.name == "local"
    if not waits:
        progress = executions.look(sagemaker, arn, types)
        return _with(begun, parameters["InputDataUri"], progress)
    progress = to_its_end(target, arn, types, show)
    folder = settings.state_dir / "results" / arn.rsplit("/", 1)[-1]
    results = collect(progress, settings.tasks, sagemaker, target.client("s3"), folder)
    return _with(begun, parameters["InputDataUri"], progress, results)


def _with(
    begun: Outcome, input_uri: str, progress: Progress, results: Mapping[Task, TaskResult] | None = None
) -> Outcome:
    failed = next((step for step in progress.steps if step.status == "Failed"), None)
    log = last_log_lines(begun.target.client("logs"), failed) if failed else []
    return Outcome(
        begun.settings,
        begun.target,
        begun.pipeline_arn,
        begun.definition,
        begun.dataset,
        input_uri,
        progress,
        results,
        tuple(log),
    )
