"""``boostpipe executions``: list, describe, compare, follow, stop and retry executions, and show a metric's trend."""

import argparse

from pipelines.aws.responses import last_part
from pipelines.cli.common.command import Command, on_target
from pipelines.cli.common.console import Parser, Result
from pipelines.cli.common.options import CONNECTION, add_wait, whole_number
from pipelines.cli.common.rendering import shown, words
from pipelines.cli.executions import rendering
from pipelines.cli.monitor import found_text
from pipelines.errors import BadInput
from pipelines.execution import changes, comparison, description, lookup
from pipelines.execution.comparison import Side
from pipelines.execution.follow import LOST_WITHOUT_WAITING, interruptible, to_its_end
from pipelines.execution.logs import last_log_lines, log_lines, log_of
from pipelines.execution.outcomes import outcomes
from pipelines.execution.pipeline import Progress, look, step_types
from pipelines.execution.results import measured, read_evaluations
from pipelines.execution.trend import trend
from pipelines.monitoring.results import collect
from pipelines.target.connection import CommandContext

WHICH = "id, display name or ARN; latest is the one that was started last"
MOST_LINES = 10_000
MOST_SECONDS = 3600


def _add_list(parser: Parser) -> None:
    limit = whole_number(1, 100_000)
    parser.add_argument("--limit", type=limit, default=20, metavar="N", help="at most so many (default: 20)")


def _add_trend(parser: Parser) -> None:
    _add_list(parser)
    parser.add_argument("--task", metavar="TASK", help="only this one (default: all)")
    parser.add_argument("--metric", metavar="NAME", help="on the test set (default: the metric that ranks candidates)")


def _add_execution(parser: Parser) -> None:
    parser.add_argument(
        "execution", nargs="?", default="latest", metavar="EXECUTION", help=f"{WHICH} (default: latest)"
    )


def _add_logs(parser: Parser) -> None:
    parser.add_argument("step", metavar="STEP", help="name of the step, such as Preprocess")
    last = whole_number(1, MOST_LINES)
    parser.add_argument("--last", type=last, metavar="N", help="only the last N lines of each log stream")
    _add_execution(parser)


def _add_follow(parser: Parser) -> None:
    _add_execution(parser)
    parser.add_argument(
        "--interval", type=float, metavar="SECONDS", help="between two polls (default: locally 0.2, on AWS 10)"
    )


def _add_change(parser: Parser) -> None:
    _add_follow(parser)
    add_wait(parser)


def _add_compare(parser: Parser) -> None:
    parser.add_argument("one", metavar="A", help=WHICH)
    parser.add_argument("other", metavar="B", help="the other one, named in the same way")


def _list(context: CommandContext, options: argparse.Namespace) -> Result:
    """List executions; the exit code is 0, as of every action that only reads."""
    found = lookup.recent(context.sagemaker, context.pipeline, options.limit)
    became = outcomes(context.sagemaker, context.s3, found)
    content = [{**summary.as_json(), **outcome.as_json()} for summary, outcome in zip(found, became, strict=True)]
    return Result(rendering.listing(found, became, words(context.settings.lang)), {"executions": content})


def _trend(context: CommandContext, options: argparse.Namespace) -> Result:
    """Show a metric of the winners over executions and versions."""
    found = [*reversed(lookup.recent(context.sagemaker, context.pipeline, options.limit))]
    became = outcomes(context.sagemaker, context.s3, found)
    tasks = trend(found, became, task=options.task, metric=options.metric)
    content = {task: [point.as_json() for point in points] for task, points in tasks.items()}
    return Result(rendering.trend(tasks, words(context.settings.lang)), {"tasks": content})


def _describe(context: CommandContext, options: argparse.Namespace) -> Result:
    return _described(context, _progress(context, _arn(context, options)))


def _steps(context: CommandContext, options: argparse.Namespace) -> Result:
    progress = _progress(context, _arn(context, options))
    content = {**progress.as_json(), "steps": [description.step_as_json(step) for step in progress.steps]}
    return Result(rendering.steps(progress, words(context.settings.lang)), content)


def _logs(context: CommandContext, options: argparse.Namespace) -> Result:
    step = lookup.find_step(_progress(context, _arn(context, options)), options.step)
    if log_of(step) is None:
        raise BadInput(f"{step.name} is a step of type {step.type} and runs no job, so it has no log.")
    client = context.client("logs")
    lines = [*log_lines(client, step)] if options.last is None else last_log_lines(client, step, options.last)
    return Result("".join(f"{line}\n" for line in lines), {"step": step.name, "lines": lines})


def _stop(context: CommandContext, options: argparse.Namespace) -> Result:
    """Stop an execution; the exit code is 0 although it ends Stopped."""
    arn = _arn(context, options)
    changes.request_stop(context.sagemaker, _progress(context, arn))
    followed = _followed_if_wanted(context, options, arn)
    return Result(followed.text, followed.content)


def _retry(context: CommandContext, options: argparse.Namespace) -> Result:
    """Retry an execution; with ``--wait``, the exit code is that of its end."""
    arn = _arn(context, options)
    if options.wait is False and context.connection.owns_service:
        raise BadInput(LOST_WITHOUT_WAITING)
    changes.retry(context.sagemaker, _progress(context, arn))
    return _followed_if_wanted(context, options, arn)


def _wait(context: CommandContext, options: argparse.Namespace) -> Result:
    """Follow an execution to its end; the exit code is 0 if it succeeded, else 1."""
    return _followed(context, options, _arn(context, options))


def _compare(context: CommandContext, options: argparse.Namespace) -> Result:
    names = (options.one, options.other)
    one, other = (_side(context, lookup.find(context.sagemaker, context.pipeline, name)) for name in names)
    return Result(rendering.comparison(one, other, words(context.settings.lang)), comparison.as_json(one, other))


def _arn(context: CommandContext, options: argparse.Namespace) -> str:
    return lookup.find(context.sagemaker, context.pipeline, options.execution)


def _progress(context: CommandContext, arn: str) -> Progress:
    return lookup.progress_of(context.sagemaker, arn)


def _described(context: CommandContext, progress: Progress, exit_code: int = 0) -> Result:
    described, found = description.describe(context.connection, progress, context.pipeline), collect(context, progress)
    text, content = rendering.description(described, words(context.settings.lang)), described.as_json()
    if found is not None:
        text += f"\n{found_text(found, context.settings)}"
        content["monitoring"] = found.as_json()
    return Result(text, content, exit_code=exit_code)


def _followed_if_wanted(context: CommandContext, options: argparse.Namespace, arn: str) -> Result:
    """Follow an execution that this command changed; an interruption stops it locally."""
    if options.wait if options.wait is not None else not context.on_aws:
        return _followed(context, options, arn, stops=not context.on_aws)
    return _described(context, _progress(context, arn))


def _followed(context: CommandContext, options: argparse.Namespace, arn: str, *, stops: bool = False) -> Result:
    interval = options.interval
    if interval is not None and not 0 < interval <= MOST_SECONDS:
        raise BadInput(f"--interval is {interval}, but it must be above 0 and at most {MOST_SECONDS} seconds.")
    types = step_types(lookup.definition_of(context.sagemaker, arn))
    stops = stops or context.connection.owns_service
    with shown() as show, interruptible(context.connection, arn, stops=stops):
        progress = to_its_end(context.connection, arn, types, show, interval)
    return _described(context, progress, exit_code=progress.exit_code)


def _side(context: CommandContext, arn: str) -> Side:
    definition = lookup.definition_of(context.sagemaker, arn)
    progress = look(context.sagemaker, arn, step_types(definition))
    measures = read_evaluations(progress.steps, context.sagemaker, context.s3)
    return Side(
        id=last_part(arn),
        status=progress.status,
        parameters=lookup.parameters_of(context.sagemaker, arn),
        definition=definition.content,
        metrics={task: measured(evaluation) for task, evaluation in measures.items()},
    )


COMMAND = Command(
    name="executions",
    summary="list, describe, compare, follow, stop and retry executions, and show the trend of a metric",
    commands=tuple(
        Command(name=name, summary=summary, options=options, run=on_target(action), settings=CONNECTION)
        for name, action, summary, options in (
            ("list", _list, "list the executions, the latest first", _add_list),
            ("trend", _trend, "show a metric over executions and registered versions", _add_trend),
            ("describe", _describe, "show parameters, steps, metrics, reasons of failures and links", _add_execution),
            ("steps", _steps, "show each step's status, time and what it made", _add_execution),
            ("logs", _logs, "print the whole log of a step", _add_logs),
            ("stop", _stop, "stop an execution and the jobs it runs", _add_change),
            ("retry", _retry, "continue a failed or stopped execution where it ended", _add_change),
            ("wait", _wait, "follow an execution to its end, however long that takes", _add_follow),
            ("compare", _compare, "show metrics and settings of two executions side by side", _add_compare),
        )
    ),
)
