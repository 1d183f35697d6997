"""Executions as text: one described, two compared, and one estimated before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.cli.progress import status_text
from pipelines.cli.tables import table
from pipelines.execution.comparison import Side, differences, metrics_of_both
from pipelines.execution.description import Description, made_by
from pipelines.execution.estimate import Estimate
from pipelines.execution.pipeline import Progress

MISSING = "-"


def description_text(description: Description) -> str:
    """Write everything about one execution."""
    progress = description.progress
    parts = [_heading(description), "\nparameters\n", table((), list(description.parameters.items()), indent=2)]
    parts += ["\nsteps\n", steps_text(progress, indent=2)]
    for task, measures in description.metrics.items():
        parts += [f"\nmetrics of {task}: the winner is {measures['winner']}\n", _metrics(measures)]
    for name, links in description.links.items():
        parts += [f"\n{name}\n", table((), list(links.items()), indent=2)] if links else []
    return "".join(parts)


def steps_text(progress: Progress, indent: int = 0) -> str:
    """Write the steps as a table, and below it the reasons of those that failed."""
    rows = [
        (step.name, step.type, status_text(step), f"{step.seconds:.1f} s", (made_by(step) or "").rsplit(":", 1)[-1])
        for step in progress.steps
    ]
    reasons = [f"{' ' * indent}{step.name}: {step.failure_reason}\n" for step in progress.steps if step.failure_reason]
    return table(("step", "type", "status", "time", "made"), rows, indent) + "".join(reasons)


def _heading(description: Description) -> str:
    progress = description.progress
    rows = [("execution", progress.arn), ("status", f"{progress.status} after {progress.seconds:.1f} s")]
    rows += [("reason", progress.failure_reason)] if progress.failure_reason else []
    rows += [("Studio", description.studio)] if description.studio else []
    execution_id = progress.arn.rsplit("/", 1)[-1]
    rows.append(("logs", f"python -m pipelines executions logs STEP {execution_id}"))
    return table((), rows)


def _metrics(measures: Mapping[str, Any]) -> str:
    candidates: Mapping[str, Any] = measures["candidates"]
    names = list(next(iter(candidates.values()))["test"])
    rows = [
        (name, part, *(number(candidate[part].get(metric)) for metric in names))
        for name, candidate in candidates.items()
        for part in ("validation", "test")
    ]
    return table(("candidate", "part", *names), rows, indent=2)


def comparison_text(one: Side, other: Side) -> str:
    """Write the metrics and the differing settings of both, side by side."""
    metrics, differing = metrics_of_both(one, other), differences(one, other)
    rows = [(name, number(a), number(b), _change(a, b)) for name, (a, b) in metrics.items()]
    parts = [table(("metric", one.id, other.id, "change"), [("status", one.status, other.status, ""), *rows])]
    if differing:
        settings = [(name, a or MISSING, b or MISSING) for name, (a, b) in differing.items()]
        parts += ["\n", table(("setting", one.id, other.id), settings)]
    else:
        parts.append("\nEvery setting is the same: parameters, code, images and hyperparameters.\n")
    return "".join(parts)


def _change(a: object, b: object) -> str:
    if isinstance(a, int | float) and isinstance(b, int | float):
        return f"{b - a:+.4g}" if a != b else "="
    return "" if a == b else "changed"


def estimate_text(estimate: Estimate) -> str:
    """Write what each step, and all of them together, will cost."""
    currency = estimate.prices.currency
    rows = [
        (
            step.name,
            step.instance_type,
            f"{step.minutes:.1f}",
            f"{step.billed_minutes:.1f}",
            _money(step.cost),
            "last executions" if step.measured else "assumed",
        )
        for step in estimate.steps
    ]
    headings = ("step", "instance", "minutes", "billed", currency, "minutes are")
    return (
        f"{table(headings, rows)}\nOne execution: {_money(estimate.cost)} {currency}, about {estimate.minutes:.0f} "
        f"minutes with at most {estimate.at_once} steps at once.\n{_endpoints_in_words(estimate)}"
        f"Prices: {estimate.prices.origin}.\n"
        "Not included: S3, logs, and what is saved where a step's result comes from the cache.\n"
    )


def _endpoints_in_words(estimate: Estimate) -> str:
    if not estimate.endpoints:
        return ""
    hourly = f"{_money(estimate.endpoints_per_hour)} {estimate.prices.currency} per hour"
    return f"Endpoints ({len(estimate.endpoints)}): {hourly} from then on, until they are deleted.\n"


def _money(cost: float | None) -> str:
    return "unknown" if cost is None else f"{cost:.3f}"


def number(value: object) -> str:
    """Write a metric so that it can be compared with another by eye.

    Examples
    --------
    >>> number(150.4413), number(0.98671), number(None)
    ('150.441', '0.98671', '-')
    """
    return f"{value:.6g}" if isinstance(value, int | float) else "-" if value is None else str(value)
