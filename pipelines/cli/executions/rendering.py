"""Executions as text for people: described, their steps, and two compared."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.aws.responses import last_part
from pipelines.cli.common.rendering import Words, facts, number, status_text, table
from pipelines.execution.comparison import Side, differences, metrics_of_both
from pipelines.execution.description import Decision, Description, made_by
from pipelines.execution.lookup import Summary
from pipelines.execution.outcomes import Outcome
from pipelines.execution.pipeline import Progress
from pipelines.execution.trend import Point
from pipelines.settings.fields import Task


def description(described: Description, t: Words) -> str:
    """Write one execution: its status, parameters, steps, metrics and links."""
    progress = described.progress
    ended = t("{status} after {seconds} s", status=progress.status, seconds=f"{progress.seconds:.1f}")
    heading = [("execution", progress.arn), ("status", ended)]
    heading += [("reason", progress.failure_reason)] if progress.failure_reason else []
    heading += [("Studio", described.studio)] if described.studio else []
    heading.append(("logs", f"boostpipe executions logs STEP {last_part(progress.arn)}"))
    parts = [
        facts((t(name), value) for name, value in heading),
        f"\n{t('parameters')}\n",
        facts(described.parameters.items(), indent=2),
    ]
    parts += [f"\n{t('steps')}\n", steps(progress, t, indent=2)]
    if described.training:
        seconds = {name: f"{each:.1f} s" for name, each in described.training.items()}
        parts += [f"\n{t('training alone, without start, download and upload')}\n", facts(seconds.items(), indent=2)]
    if described.candidates:
        parts += [f"\n{t('validation curve and hyperparameters')}\n", facts(_candidates(described), indent=2)]
    for task, measures in described.metrics.items():
        title = t("metrics of {task}: the winner is {winner}", task=t(task), winner=measures["winner"])
        parts += [f"\n{title}\n", facts(_decision(described.decided[task], t), indent=2), _metrics(measures, t)]
    for name, links in described.links.items():
        parts += [f"\n{name}\n", facts(links.items(), indent=2)] if links else []
    return "".join(parts)


def steps(progress: Progress, t: Words, indent: int = 0) -> str:
    """Write the steps as a table, and below it the reasons of those that failed."""
    rows = [
        (step.name, step.type, status_text(step), f"{step.seconds:.1f} s", (made_by(step) or "").rsplit(":", 1)[-1])
        for step in progress.steps
    ]
    reasons = [f"{' ' * indent}{step.name}: {step.failure_reason}\n" for step in progress.steps if step.failure_reason]
    return table([*map(t, ("step", "type", "status", "time", "made"))], rows, indent=indent) + "".join(reasons)


def listing(found: Sequence[Summary], became: Sequence[Outcome], t: Words) -> str:
    """Write executions as a table: status, winners, the champion's verdicts, and why one failed."""
    headings = ("execution", "name", "status", "started", "winner", "champion", "reason")
    rows = [
        (
            each.id,
            each.name,
            each.status,
            f"{each.started:%Y-%m-%d %H:%M:%S} UTC",
            "; ".join(
                f"{t(task)}: {winner.algorithm}, {winner.metric} {winner.value:.5g}"
                for task, winner in outcome.winners.items()
            ),
            "; ".join(t(winner.champion or "-") for winner in outcome.winners.values()),
            outcome.cause or "",
        )
        for each, outcome in zip(found, became, strict=True)
    ]
    return table([*map(t, headings)], rows)


def trend(tasks: Mapping[Task, Sequence[Point]], t: Words) -> str:
    """Write the points of each task as a table, the oldest first, with a chart of their values beside them."""
    parts = []
    for task, points in tasks.items():
        chart = dots([point.value for point in points])
        headings = ("started (UTC)", "execution", "version", "winner", points[0].metric, "")
        rows = [
            (
                f"{point.execution.started:%Y-%m-%d %H:%M}",
                point.execution.id,
                str(point.winner.version or "-"),
                point.winner.algorithm,
                f"{point.value:.5g}",
                dot,
            )
            for point, dot in zip(points, chart, strict=True)
        ]
        title = t("{metric} of {task} on the test set", metric=points[0].metric, task=t(task))
        parts.append(table([*map(t, headings)], rows, title=title))
    return "\n".join(parts)


def dots(values: Sequence[float], width: int = 18) -> list[str]:
    """Draw each value as a dot on a line from the least to the greatest.

    Examples
    --------
    >>> dots([1.0, 3.0, 2.0], width=5)
    ['●····', '····●', '··●··']
    """
    least, span = min(values), max(values) - min(values)
    places = [round((value - least) / span * (width - 1)) if span else 0 for value in values]
    return ["·" * place + "●" + "·" * (width - 1 - place) for place in places]


def comparison(one: Side, other: Side, t: Words) -> str:
    """Write two executions side by side: all metrics, and the settings in which they differ."""
    rows = [(t(name), number(a), number(b), t(_change(a, b))) for name, (a, b) in metrics_of_both(one, other).items()]
    text = table((t("metric"), one.id, other.id, t("change")), [(t("status"), one.status, other.status, ""), *rows])
    differing = differences(one, other)
    if not differing:
        return f"{text}\n{t('Every setting is the same: parameters, code, images and hyperparameters.')}\n"
    settings = [(name, str(a or "-"), str(b or "-")) for name, (a, b) in differing.items()]
    return f"{text}\n{table((t('setting'), one.id, other.id), settings)}"


def _candidates(described: Description) -> Iterator[tuple[str, str]]:
    """Write the validation curve and the hyperparameters of each candidate."""
    for name, candidate in described.candidates.items():
        values = [*candidate.curves.get("validation", {}).values()]
        drawn = f"{curve(values)} {values[0]:.5g} … {values[-1]:.5g}  " if values else ""
        yield name, drawn + " ".join(f"{key}={value}" for key, value in candidate.hyperparameters.items())


def curve(values: Sequence[float], width: int = 16) -> str:
    """Draw values as bars of eight heights, at most ``width`` of them, from the first to the last.

    Examples
    --------
    >>> curve([8, 4, 2, 1], width=4)
    '█▄▂▁'
    """
    picked = [values[round(place * (len(values) - 1) / (width - 1))] for place in range(width)]
    shown = values if len(values) <= width else picked
    least, span = min(shown), max(shown) - min(shown)
    return "".join("▁▂▃▄▅▆▇█"[round((value - least) / span * 7) if span else 0] for value in shown)


def _decision(decision: Decision, t: Words) -> Iterator[tuple[str, str]]:
    if decision.passed is not None:
        yield t("quality gate"), t("passed") if decision.passed else t("not passed")
    if decision.version is not None:
        commit = f" ({t('commit')} {decision.git_commit[:12]})" if decision.git_commit else ""
        yield t("registered"), f"{t('version')} {decision.version}{commit}"


def _metrics(measures: Mapping[str, Any], t: Words) -> str:
    candidates: Mapping[str, Any] = measures["candidates"]
    names = [*next(iter(candidates.values()))["test"]]
    rows = [
        (name, t(part), *(number(candidate[part].get(metric)) for metric in names))
        for name, candidate in candidates.items()
        for part in ("validation", "test")
    ]
    return table([*map(t, ("candidate", "set", *names))], rows, indent=2)


def _change(a: object, b: object) -> str:
    if isinstance(a, int | float) and isinstance(b, int | float):
        return f"{b - a:+.4g}" if a != b else "="
    return "" if a == b else "changed"
