"""``boostpipe monitor``: judge the predictions of a registered version by what really happened."""

import argparse
from collections.abc import Iterator

from pipelines.cli.common.command import Command, opened
from pipelines.cli.common.console import Parser, Result
from pipelines.cli.common.options import CONNECTION, add_model_choice, chosen_model
from pipelines.cli.common.rendering import facts, number, shown
from pipelines.monitoring.run import Monitored, monitor
from pipelines.settings.fields import Settings


def _options(parser: Parser) -> None:
    parser.add_argument(
        "--predictions", required=True, metavar="FILE|s3://...", help="the result of `boostpipe batch run`"
    )
    parser.add_argument(
        "--actuals",
        required=True,
        metavar="FILE|s3://...",
        help="the keys of the rows and the target, as CSV or Parquet",
    )
    add_model_choice(parser)


def _run(options: argparse.Namespace, settings: Settings) -> Result:
    with opened(settings) as context, shown() as show:
        model = chosen_model(context, options, options.task)
        outcome = monitor(context, model, options.predictions, options.actuals, show)
    return Result(facts(_lines(outcome)), outcome.as_json(), exit_code=outcome.progress.exit_code)


def _lines(outcome: Monitored) -> Iterator[tuple[str, str]]:
    yield "model", f"{outcome.model.title} ({outcome.model.algorithm})"
    yield "execution", outcome.progress.arn
    found = outcome.found
    if found is None:
        yield "failed", _why(outcome)
        return
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
    yield "report", str(outcome.folder / "report.html")


def _why(outcome: Monitored) -> str:
    reasons = [step.failure_reason for step in outcome.progress.steps if step.failure_reason]
    return next(iter(reasons), None) or outcome.progress.failure_reason or outcome.progress.status


COMMAND = Command(
    name="monitor",
    summary="judge predictions by what really happened",
    description=(
        "Judge the predictions of a registered version by what really happened, and its rows by those of the training. "
        "Exit code 1 is an alarm."
    ),
    options=_options,
    settings=(*CONNECTION, "seed", "tags"),
    run=_run,
)
