"""What one reads at the end: a table of candidates per task with the winner marked, or the same as one JSON object."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.aws.console_links import execution_link
from pipelines.execution.results import TaskResult
from pipelines.settings import Task

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from pipelines.execution.pipeline import Progress
    from pipelines.execution.workflow import Outcome

COLUMNS: dict[Task, tuple[str, ...]] = {
    "regression": ("rmse", "mae", "mse", "r2"),
    "classification": ("auc", "accuracy", "precision", "recall", "f1"),
}
HEADINGS = {"rmse": "RMSE", "mae": "MAE", "mse": "MSE", "r2": "R2", "auc": "AUC", "f1": "F1"}


def show_outcome(console: Console, outcome: Outcome) -> None:
    """Print what was done, for a person."""
    _place(console, "pipeline", outcome.pipeline_arn)
    if outcome.schedule is not None:
        _place(console, "schedule", f"{outcome.schedule.expression}, {outcome.schedule.arn}")
    progress = outcome.progress
    if progress is None:
        return
    _place(console, "execution", progress.arn)
    if outcome.target.name == "aws":
        link = execution_link(outcome.target.region, outcome.settings.pipeline_name, progress.arn)
        _place(console, "Studio", link)
    _place(console, "the data", outcome.data_report)
    for task, result in (outcome.results or {}).items():
        _show_task(console, task, result)
    if progress.finished:
        console.print(f"{progress.status} after {progress.seconds:.1f} s", style="bold", highlight=False)
    _show_failures(console, progress, outcome.log)


def _show_task(console: Console, task: Task, result: TaskResult) -> None:
    console.print(_table(task, result))
    _place(console, "winner", f"{result.winner}, {result.evaluation['best']['reason']}")
    _place(console, "registered", result.model_package_arn)
    _place(console, "endpoint", result.endpoint)
    _place(console, "predictions", result.predictions)
    _place(console, "report", result.report)
    if result.pictures:
        _place(
            console,
            "pictures",
            f"{result.report.parent}/{{{','.join(picture.stem for picture in result.pictures)}}}.png",
        )
    _place(console, "all numbers", result.report.with_name("evaluation.json"))


def _show_failures(console: Console, progress: Progress, log: tuple[str, ...]) -> None:
    for step in progress.steps:
        if step.status == "Failed":
            _place(console, step.name, step.failure_reason or "failed without a reason")
    if progress.failure_reason:
        _place(console, "reason", progress.failure_reason)
    for line in log:
        console.print(f"  | {line}", highlight=False, markup=False, soft_wrap=True)


def _table(task: Task, result: TaskResult) -> Table:
    from rich.table import Table

    metric = result.evaluation["metric"]
    unit = " in rentals per hour" if task == "regression" else ""
    title = f"{task.capitalize()}: measured on the test part{unit}, ranked by {metric} on the validation part"
    table = Table(title=title, title_justify="left")
    table.add_column("")
    table.add_column("candidate")
    table.add_column(f"validation {metric}", justify="right")
    for name in COLUMNS[task]:
        table.add_column(HEADINGS.get(name, name), justify="right")
    for name, candidate in result.evaluation["candidates"].items():
        winner = name == result.winner
        cells = [_number(candidate["test"][column]) for column in COLUMNS[task]]
        row = ("*" if winner else "", name, _number(candidate["validation"][metric]), *cells)
        table.add_row(*row, style="bold" if winner else None)
    return table


def _number(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.4f}" if abs(value) < 10 else f"{value:,.1f}"


def _place(console: Console, what: str, where: str | Path | None) -> None:
    if where is not None:
        console.print(f"{what + ':':<13}{where}", highlight=False, markup=False, soft_wrap=True)


def to_json(outcome: Outcome) -> dict[str, Any]:
    """Give what was done as one JSON object; parts that were not asked for are null."""
    settings, progress = outcome.settings, outcome.progress
    pipeline = {
        "name": settings.pipeline_name,
        "arn": outcome.pipeline_arn,
        "target": outcome.target.name,
        "definition_sha256": outcome.definition.sha256,
    }
    return {
        "pipeline": pipeline,
        "execution": progress.as_json() if progress else None,
        "schedule": outcome.schedule.as_json() if outcome.schedule else None,
        "dataset": _dataset(outcome),
        "data_report": str(outcome.data_report) if outcome.data_report else None,
        "steps": [step.as_json() for step in (progress.steps if progress else ())],
        "tasks": {task: result.as_json() for task, result in (outcome.results or {}).items()},
    }


def _dataset(outcome: Outcome) -> dict[str, Any] | None:
    data = outcome.dataset
    if data is not None:
        return {"source": data.source, "sha256": data.sha256, "rows": data.rows, "real": data.real}
    if outcome.input_uri is not None:
        return {"source": outcome.input_uri, "sha256": None, "rows": None, "real": None}
    return None
