"""What each verb of ``python -m pipelines executions`` does."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pipelines.cli import console
from pipelines.errors import BadInput

if TYPE_CHECKING:
    from pipelines.execution.comparison import Side
    from pipelines.execution.pipeline import Progress
    from pipelines.target import CommandContext

RETRIED = ("Failed", "Stopped")
MOST_LAST_LINES = 10_000
MOST_SECONDS = 3600


def list_recent(context: CommandContext, options: argparse.Namespace) -> int:
    """Say which executions there are; the exit code is 0, as of everything here that only reads."""
    from pipelines.cli.tables import table
    from pipelines.execution.lookup import recent

    limit = options.limit
    if limit < 1:
        raise BadInput(f"--limit is {limit}, but it must be at least 1.")
    found = recent(context.sagemaker, context.pipeline, limit)
    if options.json:
        console.write_json({"executions": [summary.as_json() for summary in found]})
        return 0
    rows = [
        (each.id, each.name, each.status, f"{each.started:%Y-%m-%d %H:%M:%S} UTC", _first_line(each.failure_reason))
        for each in found
    ]
    console.write(table(("execution", "name", "status", "started", "reason"), rows))
    return 0


def _first_line(text: str | None) -> str:
    return (text or "").partition("\n")[0]


def describe(context: CommandContext, options: argparse.Namespace) -> int:
    """Say everything about one execution."""
    from pipelines.execution.lookup import progress_of

    _show(context, options, progress_of(context.sagemaker, options.arn))
    return 0


def _show(context: CommandContext, options: argparse.Namespace, progress: Progress) -> None:
    from pipelines.cli.execution_text import description_text
    from pipelines.execution import description

    described = description.describe(context.connection, progress, context.pipeline)
    if options.json:
        console.write_json(described.as_json())
    else:
        console.write(description_text(described))


def steps(context: CommandContext, options: argparse.Namespace) -> int:
    """Say how its steps went."""
    from pipelines.cli.execution_text import steps_text
    from pipelines.execution import description
    from pipelines.execution.lookup import progress_of

    progress = progress_of(context.sagemaker, options.arn)
    if options.json:
        console.write_json({**progress.as_json(), "steps": [description.step_as_json(step) for step in progress.steps]})
    else:
        console.write(steps_text(progress))
    return 0


def logs(context: CommandContext, options: argparse.Namespace) -> int:
    """Write a step's log."""
    from pipelines.execution.logs import last_log_lines, log_lines, log_of
    from pipelines.execution.lookup import find_step, progress_of

    last = options.last
    if last is not None and not 1 <= last <= MOST_LAST_LINES:
        raise BadInput(f"--last is {last}, but it must lie between 1 and {MOST_LAST_LINES}.")
    step = find_step(progress_of(context.sagemaker, options.arn), options.step)
    if log_of(step) is None:
        raise BadInput(f"{step.name} is a step of type {step.type} and runs no job, so it has no log.")
    client = context.client("logs")
    lines = list(log_lines(client, step)) if last is None else last_log_lines(client, step, last)
    if options.json:
        console.write_json({"step": step.name, "lines": lines})
    else:
        console.write("".join(f"{line}\n" for line in lines))
    return 0


def stop(context: CommandContext, options: argparse.Namespace) -> int:
    """Stop it; 0 once that is asked for, or done."""
    from pipelines.execution.lookup import progress_of

    progress = progress_of(context.sagemaker, options.arn)
    if progress.finished:
        raise BadInput(f"{options.arn} cannot be stopped: it has ended already ({progress.status}).")
    context.sagemaker.stop_pipeline_execution(PipelineExecutionArn=options.arn)
    _follow_if_wished(context, options)
    return 0


def retry(context: CommandContext, options: argparse.Namespace) -> int:
    """Take it up again; with waiting, the exit code is that of its end."""
    from pipelines.execution.lookup import progress_of

    progress = progress_of(context.sagemaker, options.arn)
    if progress.status not in RETRIED:
        raise BadInput(f"{options.arn} cannot be retried: it is {progress.status}, not {' or '.join(RETRIED)}.")
    if options.wait is False and context.connection.owns_service:
        raise BadInput(
            "--no-wait would end SageMaker on this machine together with this command. Start it first, in a terminal "
            f"of its own: python -m local_sagemaker serve --state-dir {context.settings.state_dir}"
        )
    context.sagemaker.retry_pipeline_execution(PipelineExecutionArn=options.arn)
    return _follow_if_wished(context, options)


def _follow_if_wished(context: CommandContext, options: argparse.Namespace) -> int:
    """Give the exit code of the execution's end, or of having asked for it."""
    from pipelines.execution.lookup import progress_of

    waits = options.wait if options.wait is not None else context.connection.name == "local"
    if waits:
        return wait(context, options)
    _show(context, options, progress_of(context.sagemaker, options.arn))
    return 0


def wait(context: CommandContext, options: argparse.Namespace) -> int:
    """Follow it to its end: 0 if it succeeded, else 1."""
    from rich.console import Console

    from pipelines.cli.progress import shown_on
    from pipelines.execution.follow import to_its_end
    from pipelines.execution.lookup import definition_of
    from pipelines.execution.pipeline import step_types

    interval = options.interval
    if interval is not None and not 0 < interval <= MOST_SECONDS:
        raise BadInput(f"--interval is {interval}, but it must be above 0 and at most {MOST_SECONDS} seconds.")
    types = step_types(definition_of(context.sagemaker, options.arn))
    with shown_on(Console(stderr=True)) as show:
        progress = to_its_end(context.connection, options.arn, types, show, interval)
    _show(context, options, progress)
    return 0 if progress.status == "Succeeded" else 1


def compare(context: CommandContext, options: argparse.Namespace) -> int:
    """Put two executions side by side."""
    from pipelines.cli.execution_text import comparison_text
    from pipelines.execution import comparison
    from pipelines.execution.lookup import find

    names = (options.one, options.other)
    one, other = (_side(context, find(context.sagemaker, context.pipeline, name)) for name in names)
    if options.json:
        console.write_json(comparison.as_json(one, other))
    else:
        console.write(comparison_text(one, other))
    return 0


def _side(context: CommandContext, arn: str) -> Side:
    from pipelines.execution.comparison import Side
    from pipelines.execution.lookup import definition_of, parameters_of
    from pipelines.execution.pipeline import look, step_types
    from pipelines.execution.results import evaluations, measured

    definition = definition_of(context.sagemaker, arn)
    progress = look(context.sagemaker, arn, step_types(definition))
    measures = evaluations(progress.steps, context.sagemaker, context.s3)
    return Side(
        id=arn.rsplit("/", 1)[-1],
        status=progress.status,
        parameters=parameters_of(context.sagemaker, arn),
        definition=definition.content,
        metrics={task: measured(evaluation) for task, evaluation in measures.items()},
    )


VERBS: Mapping[str, Callable[[CommandContext, argparse.Namespace], int]] = {
    "list": list_recent,
    "describe": describe,
    "steps": steps,
    "logs": logs,
    "stop": stop,
    "retry": retry,
    "wait": wait,
    "compare": compare,
}
