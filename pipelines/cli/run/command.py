"""``boostpipe run``: build the pipeline, upsert it, start it, follow it and show the results."""

import argparse
import webbrowser
from collections.abc import Callable, Sequence

from pipelines.admin.doctor.preflight import require_no_failure
from pipelines.admin.tracking.export import export
from pipelines.admin.tracking.store import open_store
from pipelines.aws.prices import load_prices
from pipelines.cli import estimate
from pipelines.cli.common.command import Command, choose
from pipelines.cli.common.console import Parser, Result
from pipelines.cli.common.options import (
    ALL_SETTINGS,
    add_actions,
    add_mlflow,
    add_parameters,
    given_parameters,
    require_training,
)
from pipelines.cli.common.rendering import shown
from pipelines.cli.export import as_text
from pipelines.cli.run import summary
from pipelines.data.code_bundles import bundles
from pipelines.definition.build import Build
from pipelines.errors import BadInput, PipelineError
from pipelines.execution import workflow
from pipelines.execution.follow import LOST_WITHOUT_WAITING
from pipelines.execution.pipeline import Progress
from pipelines.execution.workflow import RunRequest, RunResult
from pipelines.serving.endpoints.costs import costs_of_deployed
from pipelines.settings.fields import Settings
from pipelines.studio.running import page_of
from pipelines.target.connection import CommandContext
from pipelines.target.opening import offline, open_target


def _options(parser: Parser) -> None:
    group = parser.add_argument_group("this run")
    add_actions(group)
    add_parameters(group)
    add_mlflow(group)
    group.add_argument(
        "--no-preflight",
        dest="preflight",
        action="store_false",
        help="on AWS, do not check role, bucket, JumpStart, quotas and the header of the data first",
    )
    group.add_argument("--studio", action="store_true", help="open its page in the browser; boostpipe studio must run")
    group.add_argument("--dry-run", action="store_true", help="print the definition and do nothing else")
    group.add_argument("--estimate", action="store_true", help="the same as the command estimate")


def _run(options: argparse.Namespace, settings: Settings) -> Result:
    require_training(settings)
    if options.dry_run:
        with offline(settings) as target:
            return Result(Build(settings, target, bundles(settings.table)).result().text)
    if options.estimate:
        return estimate.run(options, settings)
    if not (options.upsert or options.start or options.schedule):
        return _nothing_done(settings, choose(settings).name)
    parameters = given_parameters(options)
    request = RunRequest(
        options.upsert,
        options.start,
        options.wait,
        parameters,
        options.execution_name,
        options.schedule,
        options.preflight,
    )
    return execute(request, settings, options.mlflow, studio=options.studio)


def execute(request: RunRequest, settings: Settings, mlflow: str | None = None, *, studio: bool = False) -> Result:
    """Do what is requested on the target, show what was done, and export it to a tracking server."""
    if mlflow:
        _require_export(request, settings, mlflow)
    with open_target(settings, choose(settings)) as target, shown() as show:
        if request.start and request.wait is False and target.owns_service:
            raise BadInput(LOST_WITHOUT_WAITING)
        context = CommandContext(settings, target, load_prices(settings.prices, target.region))
        if context.on_aws and request.preflight and (request.upsert or request.start):
            require_no_failure(context)
        open_page = page_opener(context) if studio else _no_page

        def follow(progress: Progress) -> None:
            open_page(progress)
            show(progress)

        outcome = workflow.run(request, settings, target, follow)
        costs = _costs_of_endpoints(context, outcome, (request.parameters or {}).get("HostingInstanceType"))
        progress = outcome.progress
        if progress is not None:
            open_page(progress)  # without --wait, nothing was followed
        exit_code = progress.exit_code if progress is not None and progress.finished else 0
        if mlflow and progress is not None:
            remark, failed = _exported(context, mlflow, progress.arn)
            costs, exit_code = [*costs, remark], exit_code or failed
    text, content = summary.as_text(outcome), summary.as_json(outcome)
    return Result(text, content, costs, exit_code=exit_code, logs_text=True)


def _no_page(progress: Progress) -> None:
    """Open nothing."""


def page_opener(context: CommandContext) -> Callable[[Progress], None]:
    """Return what opens the page of an execution in the browser, once.

    Raises `BadInput` if no page of the target runs; nothing was started.
    """

    def page(arn: str) -> str | None:
        return page_of(context.settings.state_dir, context.connection.name, context.pipeline, arn)

    if page("") is None:
        raise BadInput("--studio needs the web page, which does not run. Start it elsewhere with: boostpipe studio")
    opened: set[str] = set()

    def open_page(progress: Progress) -> None:
        address = page(progress.arn)
        if progress.arn not in opened and address is not None:
            opened.add(progress.arn)
            webbrowser.open(address)

    return open_page


def _require_export(request: RunRequest, settings: Settings, mlflow: str) -> None:
    """Refuse an export that could not be made at the end, before anything starts."""
    waits = request.wait if request.wait is not None else choose(settings).name == "local"
    if not (request.start and waits):
        raise BadInput(
            "--mlflow exports an execution when it has ended: add --start and --wait, or run boostpipe export later."
        )
    with open_store(mlflow, settings.pipeline_name):
        pass


def _exported(context: CommandContext, mlflow: str, arn: str) -> tuple[str, int]:
    """Export an execution; return what was done, and the exit code if that failed."""
    try:
        with open_store(mlflow, context.pipeline) as store:
            return as_text(export(context, store, [arn]), mlflow, context.pipeline).strip(), 0
    except PipelineError as error:
        return (
            f"{error} The execution itself is done; export it with: boostpipe export --mlflow {mlflow}",
            error.exit_code,
        )


def _nothing_done(settings: Settings, target: str) -> Result:
    tasks, algorithms = " and ".join(settings.tasks), ", ".join(settings.algorithms)
    split = settings.dataset_options.get("split", settings.table.split.by)
    where = "on Amazon SageMaker" if target == "aws" else f"locally (state in {settings.state_dir})"
    text = (
        f"Pipeline {settings.pipeline_name}: {tasks} with {algorithms}, split by {split}, {where}.\n"
        "Nothing was done. --upsert creates or updates it, --start starts an execution, "
        "--dry-run prints the definition.\n"
    )
    return Result(text, {"pipeline": {"name": settings.pipeline_name, "target": target}, "execution": None})


def _costs_of_endpoints(context: CommandContext, outcome: RunResult, instance_type: str | None) -> Sequence[str]:
    """Return for every endpoint that is or will be deployed a line with its price and the command that deletes it."""
    settings, results = context.settings, outcome.results or {}
    tasks = [task for task, result in results.items() if result.endpoint]
    if outcome.progress is not None and not outcome.progress.finished and settings.deploy:
        tasks = list(settings.tasks)
    return costs_of_deployed(context, tasks, instance_type or settings.hosting_instance_type)


COMMAND = Command(
    name="run",
    summary="build the pipeline, upsert it, start it and show the results",
    description="Build the pipeline, upsert it, start it and show the results: on Amazon SageMaker, or locally.",
    options=_options,
    settings=ALL_SETTINGS,
    run=_run,
)
