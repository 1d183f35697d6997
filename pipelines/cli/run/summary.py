"""The summary of a run: a table of candidates per task with the winner marked, or the same as one JSON object."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.aws.console_links import execution_link
from pipelines.cli.common.rendering import Words, facts, table, words
from pipelines.data.sample import MEANS_NOTHING
from pipelines.execution.pipeline import Progress
from pipelines.execution.results import TaskResult
from pipelines.execution.workflow import RunResult
from pipelines.settings.values import data_variable
from pipelines.studio.running import page_of
from processing_scripts.dataset_file.model import Kind, Task

COLUMNS: dict[Kind, tuple[str, ...]] = {
    "regression": ("rmse", "mae", "mse", "r2"),
    "binary": ("auc", "accuracy", "precision", "recall", "f1"),
    "multiclass": ("log_loss", "auc", "accuracy", "precision_macro", "recall_macro", "f1_macro"),
}
HEADINGS = {"rmse": "RMSE", "mae": "MAE", "mse": "MSE", "r2": "R2", "auc": "AUC", "f1": "F1", "log_loss": "log loss",
            "precision_macro": "precision", "recall_macro": "recall", "f1_macro": "F1"}  # fmt: skip


def as_text(outcome: RunResult) -> str:
    """Write what was done, for people."""
    schedule, progress, t = outcome.schedule, outcome.progress, words(outcome.settings.lang)
    begun: list[tuple[str, str | Path | None]] = [
        ("pipeline", outcome.pipeline_arn),
        ("schedule", f"{schedule.expression}, {schedule.arn}" if schedule else None),
    ]
    if progress is None:
        return _facts(begun, t)
    studio = execution_link(outcome.target.region, outcome.settings.pipeline_name, progress.arn)
    settings = outcome.settings
    begun += [
        ("execution", progress.arn),
        ("page", page_of(settings.state_dir, outcome.target.name, settings.pipeline_name, progress.arn)),
        ("Studio", studio if outcome.target.name == "aws" else None),
        ("data", _data_notes(outcome.data_report, outcome.settings.lang, t)),
        ("data file", outcome.data_file),
        ("data report", outcome.data_report),
    ]
    table = outcome.settings.table
    tasks = (_task(table.task(task), result, t) for task, result in (outcome.results or {}).items())
    parts = [_facts(begun, t), *tasks]
    if progress.finished:
        ended = t("{status} after {seconds} s", status=progress.status, seconds=f"{progress.seconds:.1f}")
        parts.append(f"\n{ended}\n")
    parts.append(_failures(progress, outcome.log, t))
    if any(result.generated for result in (outcome.results or {}).values()):
        warning = "The models are {generated}. Name the real file with --data or {variable}."
        parts.append(f"{t(warning, generated=t(MEANS_NOTHING), variable=data_variable(table))}\n")
    return "".join(parts)


def _data_notes(page: Path | None, language: str, t: Words) -> str | None:
    """Write how many rows have no target, and what the data report notes."""
    report = {} if page is None else json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    count, text = report.get("without_target", 0), "{count} rows have no target, so they are left out"
    left_out = [t(text, count=f"{count:,}")] if count else []
    return "; ".join([*left_out, *(note[language] for note in report.get("notes", ()))]) or None


def _task(task: Task, result: TaskResult, t: Words) -> str:
    generated = f" ({t(MEANS_NOTHING)})" if result.generated else ""
    same = t("same model as version {version}", version=result.same_model_as)
    folder, pictures = result.report.parent, ",".join(picture.stem for picture in result.pictures)
    metric, reason = result.evaluation["metric"], result.evaluation["best"]["reason"]
    reason = t(reason.replace(metric, "{metric}"), metric=metric)
    lines = [
        ("winner", f"{result.winner}, {reason}{generated}"),
        ("champion", result.evaluation.get("champion", {}).get("sentence")),
        ("registered", result.model_package_arn),
        ("from the cache", same if result.same_model_as else None),
        ("endpoint", result.endpoint),
        ("predictions", result.predictions),
        ("report", result.report),
        ("pictures", f"{folder}/{{{pictures}}}.png" if pictures else None),
        ("all numbers", result.report.with_name("evaluation.json")),
    ]
    return f"\n{_candidates(task, result, t)}{_facts(lines, t)}"


def _candidates(task: Task, result: TaskResult, t: Words) -> str:
    metric = result.evaluation["metric"]
    unit = t(" in {unit}", unit=t(task.unit)) if task.unit and task.kind == "regression" else ""
    folds = result.evaluation.get("folds", {}).get("number", 1)
    measured = "{task}: measured on the test set{unit}, selected by {metric} on the validation set"
    if folds > 1:
        measured = "{task}: measured on the test set{unit}, selected by the mean {metric} of {folds} folds"
    title = t(measured, task=t(task.name).capitalize(), unit=unit, metric=metric, folds=folds)
    names = (t(HEADINGS.get(name, name)) for name in COLUMNS[task.kind])
    headings = ("", t("candidate"), t("validation {metric}", metric=metric), *names)
    candidates = result.evaluation["candidates"]
    rows = [
        (
            "*" if name == result.winner else "",
            name,
            _number(candidate["validation"][metric]),
            *(_number(candidate["test"][column]) for column in COLUMNS[task.kind]),
        )
        for name, candidate in candidates.items()
    ]
    return table(headings, rows, title=title, bold=list(candidates).index(result.winner))


def _failures(progress: Progress, log: tuple[str, ...], t: Words) -> str:
    failed = [step for step in progress.steps if step.status == "Failed"]
    reasons = [(step.name, step.failure_reason or "failed without a reason") for step in failed]
    return _facts([*reasons, ("reason", progress.failure_reason)], t) + "".join(f"  | {line}\n" for line in log)


def _number(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.4f}" if abs(value) < 10 else f"{value:,.1f}"


def _facts(pairs: Iterable[tuple[str, str | Path | None]], t: Words) -> str:
    return facts((t(name), str(value)) for name, value in pairs if value is not None)


def as_json(outcome: RunResult) -> dict[str, Any]:
    """Return what was done as one JSON object; parts that the options leave out are null."""
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
        "data_notes": _data_notes(outcome.data_report, "en", words("en")),
        "data_report": str(outcome.data_report) if outcome.data_report else None,
        "steps": [step.as_json() for step in (progress.steps if progress else ())],
        "tasks": {task: result.as_json() for task, result in (outcome.results or {}).items()},
    }


def _dataset(outcome: RunResult) -> dict[str, Any] | None:
    data = outcome.dataset
    if data is not None:
        return {"source": data.source, "sha256": data.sha256, "rows": data.rows, "real": data.real}
    if outcome.input_uri is not None:
        return {"source": outcome.input_uri, "sha256": None, "rows": None, "real": None}
    return None
