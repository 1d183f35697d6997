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
    from pipelines.settings import Settings
    from pipelines.target import Connection

RETRIED = ("Failed", "Stopped")
MOST_LAST_LINES = 10_000
MOST_SECONDS = 3600


class Asked:
    """What one command was asked, of whom, and about which execution."""

    def __init__(self, options: argparse.Namespace, settings: Settings, connection: Connection) -> None:
        self.options = options
        self.settings = settings
        self.connection = connection
        self.sagemaker = connection.client("sagemaker")
        self.arn = ""

    def progress(self) -> Progress:
        """Look at the execution once."""
        from pipelines.execution.lookup import progress_of

        return progress_of(self.sagemaker, self.arn)


def list_recent(asked: Asked) -> int:
    """Say which executions there are; the exit code is 0, as of everything here that only reads."""
    from pipelines.cli.tables import table
    from pipelines.execution.lookup import recent

    limit = asked.options.limit
    if limit < 1:
        raise BadInput(f"--limit is {limit}, but it must be at least 1.")
    found = recent(asked.sagemaker, asked.settings.pipeline_name, limit)
    if asked.options.json:
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


def describe(asked: Asked) -> int:
    """Say everything about one execution."""
    _show(asked, asked.progress())
    return 0


def _show(asked: Asked, progress: Progress) -> None:
    from pipelines.execution import description

    described = description.describe(asked.connection, progress, asked.settings.pipeline_name)
    if asked.options.json:
        console.write_json(described.as_json())
    else:
        console.write(description.as_text(described))


def steps(asked: Asked) -> int:
    """Say how its steps went."""
    from pipelines.execution import description

    progress = asked.progress()
    if asked.options.json:
        console.write_json({**progress.as_json(), "steps": [description.step_as_json(step) for step in progress.steps]})
    else:
        console.write(description.steps_as_text(progress))
    return 0


def logs(asked: Asked) -> int:
    """Write a step's log."""
    from pipelines.execution.logs import last_log_lines, log_lines, log_of
    from pipelines.execution.lookup import find_step

    last = asked.options.last
    if last is not None and not 1 <= last <= MOST_LAST_LINES:
        raise BadInput(f"--last is {last}, but it must lie between 1 and {MOST_LAST_LINES}.")
    step = find_step(asked.progress(), asked.options.step)
    if log_of(step) is None:
        raise BadInput(f"{step.name} is a step of type {step.type} and runs no job, so it has no log.")
    client = asked.connection.client("logs")
    lines = list(log_lines(client, step)) if last is None else last_log_lines(client, step, last)
    if asked.options.json:
        console.write_json({"step": step.name, "lines": lines})
    else:
        console.write("".join(f"{line}\n" for line in lines))
    return 0


def stop(asked: Asked) -> int:
    """Stop it; 0 once that is asked for, or done."""
    progress = asked.progress()
    if progress.finished:
        raise BadInput(f"{asked.arn} cannot be stopped: it has ended already ({progress.status}).")
    asked.sagemaker.stop_pipeline_execution(PipelineExecutionArn=asked.arn)
    _follow_if_wished(asked)
    return 0


def retry(asked: Asked) -> int:
    """Take it up again; with waiting, the exit code is that of its end."""
    progress = asked.progress()
    if progress.status not in RETRIED:
        raise BadInput(f"{asked.arn} cannot be retried: it is {progress.status}, not {' or '.join(RETRIED)}.")
    if asked.options.wait is False and asked.connection.owns_service:
        raise BadInput(
            "--no-wait would end SageMaker on this machine together with this command. Start it first, in a terminal "
            f"of its own: python -m local_sagemaker serve --state-dir {asked.settings.state_dir}"
        )
    asked.sagemaker.retry_pipeline_execution(PipelineExecutionArn=asked.arn)
    return _follow_if_wished(asked)


def _follow_if_wished(asked: Asked) -> int:
    """Give the exit code of the execution's end, or of having asked for it."""
    waits = asked.options.wait if asked.options.wait is not None else asked.connection.name == "local"
    if waits:
        return wait(asked)
    _show(asked, asked.progress())
    return 0


def wait(asked: Asked) -> int:
    """Follow it to its end: 0 if it succeeded, else 1."""
    from rich.console import Console

    from pipelines.cli.progress import shown_on
    from pipelines.execution.follow import to_its_end
    from pipelines.execution.lookup import definition_of
    from pipelines.execution.pipeline import step_types

    interval = asked.options.interval
    if interval is not None and not 0 < interval <= MOST_SECONDS:
        raise BadInput(f"--interval is {interval}, but it must be above 0 and at most {MOST_SECONDS} seconds.")
    types = step_types(definition_of(asked.sagemaker, asked.arn))
    with shown_on(Console(stderr=True)) as show:
        progress = to_its_end(asked.connection, asked.arn, types, show, interval)
    _show(asked, progress)
    return 0 if progress.status == "Succeeded" else 1


def compare(asked: Asked) -> int:
    """Put two executions side by side."""
    from pipelines.execution import comparison
    from pipelines.execution.lookup import find

    names = (asked.options.one, asked.options.other)
    one, other = (_side(asked, find(asked.sagemaker, asked.settings.pipeline_name, name)) for name in names)
    if asked.options.json:
        console.write_json(comparison.as_json(one, other))
    else:
        console.write(comparison.as_text(one, other))
    return 0


def _side(asked: Asked, arn: str) -> Side:
    from pipelines.execution.comparison import Side
    from pipelines.execution.lookup import definition_of, parameters_of
    from pipelines.execution.pipeline import look, step_types
    from pipelines.execution.results import evaluations, measured

    definition = definition_of(asked.sagemaker, arn)
    progress = look(asked.sagemaker, arn, step_types(definition))
    measures = evaluations(progress.steps, asked.sagemaker, asked.connection.client("s3"))
    return Side(
        id=arn.rsplit("/", 1)[-1],
        status=progress.status,
        parameters=parameters_of(asked.sagemaker, arn),
        definition=definition.content,
        metrics={task: measured(evaluation) for task, evaluation in measures.items()},
    )


VERBS: Mapping[str, Callable[[Asked], int]] = {
    "list": list_recent,
    "describe": describe,
    "steps": steps,
    "logs": logs,
    "stop": stop,
    "retry": retry,
    "wait": wait,
    "compare": compare,
}
