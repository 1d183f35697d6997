"""``boostpipe monitor``: judge the predictions of a registered version by what really happened."""

import argparse
from collections.abc import Iterator

from pipelines.cli.common.command import Command, opened
from pipelines.cli.common.console import Parser, Result
from pipelines.cli.common.options import CONNECTION, add_actions, add_model_choice, chosen_model
from pipelines.cli.common.rendering import facts, number, shown
from pipelines.errors import BadInput
from pipelines.execution.follow import LOST_WITHOUT_WAITING
from pipelines.execution.pipeline import Progress
from pipelines.execution.workflow import RunRequest
from pipelines.monitoring.results import Found
from pipelines.monitoring.run import Monitored, Window, monitor
from pipelines.settings.fields import Settings


def _options(parser: Parser) -> None:
    window = parser.add_argument_group("the window")
    window.add_argument("--predictions", metavar="FILE|s3://...", help="the result of `boostpipe batch run`")
    window.add_argument(
        "--actuals", metavar="FILE|s3://...", help="the keys of the rows and the target, as CSV or Parquet"
    )
    add_model_choice(parser)
    add_actions(parser.add_argument_group("this run (default: --upsert --start)"))


def _run(options: argparse.Namespace, settings: Settings) -> Result:
    judges = not (options.upsert or options.start or options.schedule)
    request = RunRequest(
        options.upsert or judges,
        options.start or judges,
        options.wait,
        execution_name=options.execution_name,
        schedule=options.schedule,
    )
    with opened(settings) as context, shown() as show:
        if request.start and request.wait is False and context.connection.owns_service:
            raise BadInput(LOST_WITHOUT_WAITING)
        model = chosen_model(context, options, options.task)
        outcome = monitor(context, model, Window(options.predictions, options.actuals), request, show)
    progress = outcome.progress
    exit_code = progress.exit_code if progress is not None and progress.finished else 0
    return Result(facts(_lines(outcome)), outcome.as_json(), exit_code=exit_code)


def _lines(outcome: Monitored) -> Iterator[tuple[str, str]]:
    yield "model", f"{outcome.model.title} ({outcome.model.algorithm})"
    yield "pipeline", outcome.pipeline_arn
    if outcome.schedule is not None:
        yield "schedule", f"{outcome.schedule.expression} ({outcome.schedule.name})"
    if outcome.progress is not None:
        yield "execution", outcome.progress.arn
        if outcome.found is not None:
            yield from found_lines(outcome.found)
        elif outcome.progress.finished:
            yield "failed", _why(outcome.progress)


def found_lines(monitored: Found) -> Iterator[tuple[str, str]]:
    """Say what an execution found: the metric, the rows, what alarms, and where the page is."""
    found = monitored.content
    quality = found["quality"]
    for name in ("window", "test"):
        one = quality[name]
        low, high = map(number, one["interval"])
        yield f"{quality['metric']}, {name}", f"{number(one['value'])} ({low} to {high})"
    yield (
        "rows",
        f"{quality['rows']:,} of {found['predictions']:,} with actual values, {found['first']} to {found['last']}",
    )
    for alarm in found["alarms"] or ["none"]:
        yield "alarm", alarm
    yield "report", str(monitored.report)


def _why(progress: Progress) -> str:
    reasons = [step.failure_reason for step in progress.steps if step.failure_reason]
    return next(iter(reasons), None) or progress.failure_reason or progress.status


COMMAND = Command(
    name="monitor",
    summary="judge predictions by what really happened",
    description=(
        "Judge the predictions of a registered version by what really happened, and its rows by those of the training. "
        "Exit code 1 is an alarm."
    ),
    options=_options,
    settings=(*CONNECTION, "schedule_role_arn", "seed", "tags"),
    run=_run,
)
