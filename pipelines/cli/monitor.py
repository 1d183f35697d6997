"""``boostpipe monitor``: judge the predictions of a registered version by what really happened."""

import argparse
from collections.abc import Iterable, Iterator

from pipelines.cli.common.command import Command, opened
from pipelines.cli.common.console import Parser, Result
from pipelines.cli.common.options import CONNECTION, add_actions, add_model_choice, chosen_model
from pipelines.cli.common.rendering import facts, number, shown, words
from pipelines.errors import BadInput
from pipelines.execution.follow import LOST_WITHOUT_WAITING
from pipelines.execution.pipeline import Progress
from pipelines.execution.workflow import RunRequest
from pipelines.models.registry import RegisteredModel
from pipelines.monitoring.endpoint import captured_window
from pipelines.monitoring.results import Found
from pipelines.monitoring.run import Monitored, Window, monitor
from pipelines.settings.fields import Settings
from pipelines.target.connection import CommandContext

_UNJUDGED = ("too few units", "not defined for one class")
"""Verdicts of the evaluation by which a window's quality is neither good nor bad."""


def _options(parser: Parser) -> None:
    window = parser.add_argument_group("the window")
    predicted = window.add_mutually_exclusive_group()
    predicted.add_argument("--predictions", metavar="FILE|s3://...", help="the result of `boostpipe batch run`")
    predicted.add_argument("--endpoint", metavar="NAME", help="the calls that this endpoint captured")
    called = "with --endpoint: calls from then on, as 2018-03-01T12:00 (UTC), or 7d or 12h before the job"
    window.add_argument("--since", metavar="TIME", help=f"{called} (default: since it serves its version)")
    window.add_argument("--until", metavar="TIME", help="with --endpoint: calls before then (default: all)")
    window.add_argument(
        "--actuals",
        metavar="FILE|s3://...",
        help="the keys of the rows and the target, or raw rows of the data set, as CSV or Parquet",
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
        outcome = monitor(context, *_window(context, options), request, show)
    progress = outcome.progress
    exit_code = progress.exit_code if progress is not None and progress.finished else 0
    return Result(_text(_lines(outcome, settings), settings), outcome.as_json(), exit_code=exit_code)


def _window(context: CommandContext, options: argparse.Namespace) -> tuple[RegisteredModel, Window]:
    """Return the version that is judged, and its predictions."""
    if options.endpoint is None:
        if options.since or options.until:
            raise BadInput("--since and --until choose captured calls; name their endpoint with --endpoint.")
        return chosen_model(context, options, options.task), Window(options.predictions, options.actuals)
    if options.model_package or options.latest_approved:
        raise BadInput("--endpoint judges the version that it serves; leave out --model-package and --latest-approved.")
    return captured_window(context, options.endpoint, options.actuals, options.since, options.until)


def _lines(outcome: Monitored, settings: Settings) -> Iterator[tuple[str, str]]:
    yield "model", f"{outcome.model.title} ({outcome.model.algorithm})"
    yield "pipeline", outcome.pipeline_arn
    if outcome.schedule is not None:
        yield "schedule", f"{outcome.schedule.expression} ({outcome.schedule.name})"
    if outcome.progress is not None:
        yield "execution", outcome.progress.arn
        if outcome.found is not None:
            yield from _of_found(outcome.found, settings)
        elif outcome.progress.finished:
            yield "reason", _why(outcome.progress)


def found_text(monitored: Found, settings: Settings) -> str:
    """Say what an execution found: the metric, the rows, what alarms, and where the page is."""
    return _text(_of_found(monitored, settings), settings)


def _text(lines: Iterable[tuple[str, str]], settings: Settings) -> str:
    t = words(settings.lang)
    return facts((t(name), value) for name, value in lines)


def _of_found(monitored: Found, settings: Settings) -> Iterator[tuple[str, str]]:
    t, found, quality = words(settings.lang), monitored.content, monitored.content["quality"]
    between = "{value} ({low} to {high})"
    for name in ("window", "test set"):
        one = quality[name.split()[0]]
        low, high = map(number, one["interval"])
        yield f"{quality['metric']}, {t(name)}", t(between, value=number(one["value"]), low=low, high=high)
    if quality["verdict"] in _UNJUDGED:
        yield "quality", t("not judged: {why}", why=t(quality["verdict"]))
    rows = "{known} of {all} with actual values, {first} to {last}"
    span = {end: found[end] for end in ("first", "last")}
    yield "rows", t(rows, known=f"{quality['rows']:,}", all=f"{found['predictions']:,}", **span)
    if found.get("without_key"):
        yield "left out", t("{rows} captured rows without a key", rows=f"{found['without_key']:,}")
    for one in found.get("predictions_drift", {}).get("features", []):
        far = t("{distance} from those of the test set, 0 to 1", distance=f"{one['distance']:.2f}")
        yield "predictions", far
    for alarm in found.get("sentences", {}).get(settings.lang, found["alarms"]) or [t("none")]:
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
