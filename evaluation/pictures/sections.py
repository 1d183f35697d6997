"""Pictures for all tasks: comparison, slices, cost, explanations, and tuning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.measures.slices import MEASURE
from evaluation.output.results import Results
from evaluation.page.marks import GREY, LOW_TO_HIGH, class_strengths, colours, ordered_slicing, ranks, swarm
from evaluation.page.texts import Texts
from evaluation.pictures.canvas import candidate_title, drawable, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COSTS = {"training_seconds": 1.0, "model_bytes": 1 / 1024, "microseconds_per_row": 1.0}


def comparison(results: Results, path: Path, texts: Texts) -> None:
    """Draw the ranking metric of candidates and baselines on the test set, with 95 % intervals."""
    report, metric = results.report, results.report["metric"]
    everyone = {**report["candidates"], **report["baselines"]}
    title = texts("comparison")
    with panels(path, 1, title, width=9, height=3.4, left=1.7, titles=False) as [axis]:
        for place, (name, measured) in enumerate(reversed(everyone.items())):
            value, (low, high) = measured["test"][metric], measured["test_interval"]
            axis.hlines(place, low, high, color=colours(report)[name], linewidth=4, alpha=0.45)
            axis.scatter(value, place, color=colours(report)[name], s=46, zorder=3)
            axis.annotate(
                texts.number(value, metric), (value, place), xytext=(0, 8), textcoords="offset points", ha="center"
            )
        axis.set_yticks(range(len(everyone)), [texts(name) for name in reversed(everyone)])
        axis.set_ylim(-0.5, len(everyone) - 0.3)
        axis.set_xlabel(f"{texts(metric)}, {texts('interval')}")


def slices(results: Results, path: Path, texts: Texts) -> None:
    """Draw the metric of every candidate on the slices of the test set; ordered ones as a line."""
    report, metric = results.report, MEASURE[results.kind]
    ordered = ordered_slicing(report["slices"])
    line, others = (
        [slice_ for slice_ in report["slices"] if (slice_["by"] == ordered) is of_line] for of_line in (True, False)
    )
    drawn = [(draw, chosen) for draw, chosen in ((_draw_ordered, line), (_draw_others, others)) if chosen]
    height = max(5.4, 1.6 + 0.22 * len(others))
    with panels(path, len(drawn), texts("slices"), width=6.2, height=height, left=2.6) as axes:
        for axis, (draw, chosen) in zip(axes, drawn, strict=True):
            draw(axis, chosen, metric, report, texts)
        axes[0].legend(loc="best", fontsize=9)


def _draw_ordered(axis: Axes, slices: list[dict[str, Any]], metric: str, report: dict[str, Any], texts: Texts) -> None:
    places = [int(slice_["value"]) for slice_ in slices]
    for name, colour in _coloured(report):
        values = [slice_["candidates"][name][metric] for slice_ in slices]
        axis.plot(places, values, "o-", color=colour, markersize=3.5, linewidth=1.4, label=texts(name))
    axis.set(xlabel=texts.slicing(slices[0]["by"]), ylabel=texts(metric))


def _draw_others(axis: Axes, slices: list[dict[str, Any]], metric: str, report: dict[str, Any], texts: Texts) -> None:
    """Draw one row per slice, with a gap between kinds, and the number of rows behind the name."""
    kinds = list(dict.fromkeys(slice_["by"] for slice_ in slices))
    places = [-(at + 0.6 * kinds.index(slice_["by"])) for at, slice_ in enumerate(slices)]
    for name, colour in _coloured(report):
        values = [slice_["candidates"][name][metric] for slice_ in slices]
        axis.plot(values, places, "o", color=colour, markersize=5.5, alpha=0.85, label=texts(name))
    labels = [f"{drawable(texts.short_slice_name(slice_))} ({slice_['rows']:,})" for slice_ in slices]
    axis.set_yticks(places, labels, fontsize=9.5)
    axis.set(title=texts("picture slices"), xlabel=texts(metric))


def cost(results: Results, path: Path, texts: Texts) -> None:
    """Draw what every candidate costs, as far as it is known."""
    costs = {name: candidate["cost"] for name, candidate in results.report["candidates"].items()}
    known = {key: factor for key, factor in _COSTS.items() if all(key in one for one in costs.values())}
    with panels(path, len(known), texts("cost"), width=4.2, height=3.4, left=0.3, bottom=0.4) as axes:
        for axis, (key, factor) in zip(axes, known.items(), strict=True):
            values = [one[key] * factor for one in costs.values()]
            names = [texts(name) for name in costs]
            bars = axis.bar(names, values, color=[colours(results.report)[name] for name in costs], width=0.62)
            axis.bar_label(bars, [f"{value:,.0f}" if value >= 100 else f"{value:.1f}" for value in values], padding=2)
            axis.margins(y=0.15)
            axis.set(title=texts(key), yticks=[])
            axis.spines["left"].set_visible(False)


def _coloured(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, colours(report)[name]) for name in report["candidates"]]


def importance(results: Results, path: Path, texts: Texts) -> None:
    """Draw the most important features of every candidate."""
    candidates = results.report["candidates"]
    with panels(path, len(candidates), texts("importance"), width=5.2, left=2.3) as axes:
        for axis, (name, candidate) in zip(axes, candidates.items(), strict=True):
            shares = candidate["importance"][::-1]
            axis.barh(
                [drawable(one["feature"]) for one in shares],
                [100 * one["share"] for one in shares],
                color=colours(results.report)[name],
            )
            axis.set_title(candidate_title(name, results.best, texts))
            axis.set_xlabel(texts("share"))


def shap(results: Results, path: Path, texts: Texts) -> None:
    """Draw the SHAP values of every candidate: of single predictions, or of several classes their means."""
    if results.kind == "multiclass":
        _shap_by_class(results, path, texts)
    else:
        _shap_of_rows(results, path, texts)


def _shap_by_class(results: Results, path: Path, texts: Texts) -> None:
    candidates = results.report["candidates"]
    with panels(path, len(candidates), texts("picture shap classes"), width=5.2, left=2.3) as axes:
        for axis, (name, candidate) in zip(axes, candidates.items(), strict=True):
            features = candidate["shap"][::-1]
            names = [drawable(feature["feature"]) for feature in features]
            left = np.zeros(len(features))
            for of, colour, values in class_strengths(features, results.report["classes"], texts):
                axis.barh(names, values, left=left, color=colour, label=drawable(of))
                left += values
            axis.set_title(candidate_title(name, results.best, texts))
            axis.set_xlabel(texts("mean shap"))
        axes[0].legend(loc="lower right", fontsize=9)


def _shap_of_rows(results: Results, path: Path, texts: Texts) -> None:
    """Draw a point per row, colored by the feature's value."""
    from matplotlib.colors import LinearSegmentedColormap

    scale = LinearSegmentedColormap.from_list("low to high", LOW_TO_HIGH)
    candidates = results.report["candidates"]
    title = texts("picture shap")
    with panels(path, len(candidates), title, width=5.2, left=2.3) as axes:
        for axis, (name, candidate) in zip(axes, candidates.items(), strict=True):
            axis.axvline(0, color=GREY, linewidth=1)
            features = candidate["shap"][::-1]
            contributions = [np.array(feature["contributions"]) for feature in features]
            axis.scatter(
                np.concatenate(contributions),
                np.concatenate([place + swarm(values) for place, values in enumerate(contributions)]),
                c=np.concatenate([ranks(feature["values"]) for feature in features]),
                cmap=scale,
                s=7,
                edgecolors="none",
            )
            axis.set_yticks(range(len(features)), [drawable(feature["feature"]) for feature in features])
            axis.set_title(candidate_title(name, results.best, texts))
            axis.set_xlabel(texts("added"))


def known_histories(results: Results) -> dict[str, Any]:
    """Return the tuning histories that could be read, by candidate."""
    return {name: one for name, one in results.report.get("tuning", {}).items() if "unknown" not in one}


def tuning(results: Results, path: Path, texts: Texts) -> None:
    """Draw the objective of each training job of every tuning job, and the best so far."""
    from matplotlib.ticker import MaxNLocator

    histories = known_histories(results)
    title = texts("picture tuning")
    with panels(path, len(histories), title, height=4.4, left=0.85) as axes:
        for axis, (name, history) in zip(axes, histories.items(), strict=True):
            done = [(at, trial["value"]) for at, trial in enumerate(history["trials"], 1) if trial["value"] is not None]
            places, values = [at for at, _ in done], [value for _, value in done]
            best = np.minimum.accumulate if history["goal"] == "Minimize" else np.maximum.accumulate
            colour = colours(results.report)[name]
            axis.step(
                places, best(np.array(values)), where="post", color=colour, linewidth=1.5, label=texts("best so far")
            )
            axis.scatter(places, values, color=colour, alpha=0.7, s=30, label=texts("training job"), edgecolors="none")
            axis.set(title=candidate_title(name, results.best, texts), xlabel=texts("training jobs in order"))
            axis.xaxis.set_major_locator(MaxNLocator(integer=True))
            axis.legend(loc="best", fontsize=9)
        axes[0].set_ylabel(next(iter(histories.values()))["objective"])
