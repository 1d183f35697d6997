"""Pictures of the comparison itself: candidates and baselines, slices, cost."""

from __future__ import annotations

from pathlib import Path

from evaluation.colours import colours
from evaluation.page.words import read_words
from evaluation.pictures.canvas import panels
from evaluation.results import Results
from evaluation.slices import MEASURE

_COSTS = {
    "training_seconds": "Training in seconds",
    "model_bytes": "Model in bytes",
    "microseconds_per_row": "Prediction in µs per hour",
}


def comparison(results: Results, path: Path) -> None:
    """Draw the ranking metric of every candidate and baseline on the test part, with its 95 % interval over days."""
    report = results.report
    everyone = {**report["candidates"], **report["baselines"]}
    with panels(path, 1, "Candidates and baselines on the test part", width=9, height=3.8) as [axis]:
        for place, (name, measured) in enumerate(reversed(everyone.items())):
            value, (low, high) = measured["test"][report["metric"]], measured["test_interval"]
            axis.hlines(place, low, high, color=colours(report)[name], linewidth=4, alpha=0.45)
            axis.scatter(value, place, color=colours(report)[name], s=46, zorder=3)
            axis.annotate(f"{value:.4g}", (value, place), xytext=(0, 8), textcoords="offset points", ha="center")
        axis.set_yticks(range(len(everyone)), list(reversed(everyone)))
        axis.set_ylim(-0.5, len(everyone) - 0.3)
        axis.set_xlabel(f"{report['metric'].upper()}, 95 % interval over days")


def slices(results: Results, path: Path) -> None:
    """Draw the measure of every candidate on every slice of the test part."""
    report, words = results.report, read_words("en")
    metric = MEASURE[report["task"]]
    drawn = report["slices"][::-1]
    title, height = f"{metric.upper()} by slice of the test part", 0.24 * len(drawn) + 1.6
    with panels(path, 1, title, width=8, height=height) as [axis]:
        for name in report["candidates"]:
            values = [slice_["candidates"][name][metric] for slice_ in drawn]
            axis.plot(values, range(len(drawn)), "o", color=colours(report)[name], markersize=5, alpha=0.8, label=name)
        axis.set_yticks(
            range(len(drawn)), [f"{words.short_slice_name(slice_)} ({slice_['rows']})" for slice_ in drawn], fontsize=9
        )
        axis.set(xlabel=metric.upper(), ylim=(-0.7, len(drawn) - 0.3))
        axis.legend(loc="best", fontsize=9)


def cost(results: Results, path: Path) -> None:
    """Draw what every candidate costs, as far as it is known."""
    costs = {name: candidate["cost"] for name, candidate in results.report["candidates"].items()}
    known = {key: title for key, title in _COSTS.items() if all(key in one for one in costs.values())}
    with panels(path, len(known), "What the candidates cost", width=4.4, height=3.6) as axes:
        for axis, (key, title) in zip(axes, known.items(), strict=True):
            values = [one[key] for one in costs.values()]
            bars = axis.bar(list(costs), values, color=[colours(results.report)[name] for name in costs])
            axis.bar_label(bars, [f"{value:,.4g}" for value in values], padding=2)
            axis.margins(y=0.15)
            axis.set_title(title)
