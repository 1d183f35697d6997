"""Pictures that are specific to a kind of task."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.output.results import Results
from evaluation.page.marks import (
    GREY,
    INK,
    colours,
    finest_slicings,
    precision_recall_side,
    roc_side,
    sample,
    shade,
    time_ticks,
    value_range,
    with_breaks,
)
from evaluation.page.texts import Texts, capitalized
from evaluation.pictures.canvas import candidate_title, drawable, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_WRITTEN, _LINE = 12, 13
"""Classes of a confusion matrix with numbers, and characters in a line of a label below an axis."""


def actual_against_predicted(results: Results, path: Path, texts: Texts) -> None:
    """Draw actual against predicted values of every candidate; on the diagonal, both are equal."""
    low, high = value_range(results.predictions.values(), 0.05)
    title = texts("picture scatter")
    with panels(path, len(results.predictions), title, left=0.8, shared=True) as axes:
        for axis, (name, every) in zip(axes, results.predictions.items(), strict=True):
            rows = sample(every)
            axis.plot([low, high], [low, high], color=GREY, linewidth=1, zorder=1)
            colour = colours(results.report)[name]
            axis.scatter(rows["predicted"], rows["actual"], s=9, alpha=0.35, color=colour, edgecolors="none", zorder=2)
            measured = results.report["candidates"][name]["test"]
            numbers = f"RMSE {texts.number(measured['rmse'], 'rmse')}\nR² {measured['r2']:.3f}"
            axis.text(0.04, 0.96, numbers, transform=axis.transAxes, va="top")
            axis.set(xlim=(low, high), ylim=(low, high), aspect="equal", xlabel=texts("predicted axis value"))
            axis.set_title(candidate_title(name, results.best, texts))
        axes[0].set_ylabel(texts("actual axis value"))


def actual_over_time(results: Results, path: Path, texts: Texts) -> None:
    """Draw actual values and the selected candidate's predictions over the times of the test set.

    Rows are numbered consecutively, because a test set of single days or hours has gaps of weeks. The lines break at
    long gaps.
    """
    time = str(results.time)
    rows = with_breaks(results.predictions[results.best], time)
    with panels(
        path,
        1,
        texts("picture over time", best=texts(results.best)),
        width=13,
        height=4.6,
        left=0.8,
        bottom=0.9,
        titles=False,
    ) as [axis]:
        lines = {
            "actual": (texts("actual"), INK),
            "predicted": (texts(results.best), colours(results.report)[results.best]),
        }
        for column, (label, colour) in lines.items():
            axis.plot(rows.index, rows[column], color=colour, linewidth=0.9, label=label)
        ticks = time_ticks(rows[time])
        axis.set_xticks(list(ticks), list(ticks.values()), rotation=45, ha="right")
        axis.set(ylabel=capitalized(texts.word("label")), xlim=(0, len(rows)))
        if value_range([rows.dropna()], 0)[0] == 0:
            axis.set_ylim(0, None)
        axis.legend(loc="upper left", ncols=2)


def residuals(results: Results, path: Path, texts: Texts) -> None:
    """Draw the selected candidate's errors by slice: median, middle 50 % and middle 90 %."""
    title = texts("picture residuals", best=texts(results.best))
    shown = finest_slicings(results.report["slices"])
    with panels(path, len(shown), title, width=6.5, height=4.4, left=0.8, bottom=0.85, titles=False) as axes:
        for axis, by in zip(axes, shown, strict=True):
            _draw_errors(axis, [slice_ for slice_ in results.report["slices"] if slice_["by"] == by], results, texts)
            axis.set_xlabel(texts.slicing(by))


def _draw_errors(axis: Axes, slices: list[dict[str, Any]], results: Results, texts: Texts) -> None:
    places = range(len(slices))
    errors = [slice_["candidates"][results.best]["errors"] for slice_ in slices]
    colour = colours(results.report)[results.best]
    axis.axhline(0, color=GREY, linewidth=1)
    for width, low, high in ((2, "low", "high"), (7, "lower_quartile", "upper_quartile")):
        axis.vlines(
            places, [error[low] for error in errors], [error[high] for error in errors], colors=colour, linewidth=width
        )
    axis.scatter(places, [error["median"] for error in errors], color="white", edgecolors=colour, s=22, zorder=3)
    labels = [fill(drawable(texts.name(slice_["value"])), _LINE) for slice_ in slices]
    step = max(3 if len(slices) > 12 else 1, -(-sum(map(len, labels)) // 80))
    axis.set_xticks(list(places)[::step], labels[::step])


def confusion_matrices(results: Results, path: Path, texts: Texts) -> None:
    """Draw the confusion matrix of every candidate: rows, and their share of the actual class."""
    candidates, classes = results.report["candidates"], results.report["classes"]
    names = [drawable(texts.class_name(one)) for one in classes]
    title = texts("picture confusion")
    with panels(path, len(candidates), title, shared=True, bottom=1.1) as axes:
        for axis, (name, candidate) in zip(axes, candidates.items(), strict=True):
            matrix, measured = candidate["confusion_matrix"], candidate["test"]
            _draw_matrix(axis, np.array([[matrix[row][column] for column in classes] for row in classes]), names)
            axis.set_title(candidate_title(name, results.best, texts))
            numbers = f"{texts('accuracy')} {measured['accuracy']:.3f}, AUC {measured['auc']:.4f}"
            axis.set_xlabel(f"{texts('predicted axis')}\n\n{numbers}")
        axes[0].set_ylabel(texts("actual axis"))


def curves(results: Results, path: Path, texts: Texts) -> None:
    """Draw ROC and precision-recall curves in a panel each, cut to the corner in which they differ."""
    with panels(path, 2, texts("picture curves"), width=5.4, height=4.8, left=0.7) as (roc_axis, precision_axis):
        for name, candidate in results.report["candidates"].items():
            style: Any = {"color": colours(results.report)[name], "linewidth": 1.6}
            points = candidate["receiver_operating_characteristic_curve"]
            label = f"{texts(name)} (AUC {candidate['test']['auc']:.4f})"
            roc_axis.plot(points["false_positive_rates"], points["true_positive_rates"], label=label, **style)
            curve = candidate["precision_recall_curve"]
            precision_axis.plot(curve["recalls"], curve["precisions"], label=texts(name), **style)
        roc_axis.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
        roc, precision = roc_side(results.report), precision_recall_side(results.report)
        roc_axis.set(xlabel=texts("false positive rate"), ylabel=texts("true positive rate"), title="ROC")
        roc_axis.set(xlim=(-roc / 50, roc), ylim=(1 - roc, 1 + roc / 50))
        precision_axis.set(xlabel=texts("recall"), ylabel=texts("precision"), title=texts("precision and recall"))
        precision_axis.set(xlim=(1 - precision, 1 + precision / 50), ylim=(1 - precision, 1 + precision / 50))
        roc_axis.legend(loc="lower right")


def calibration(results: Results, path: Path, texts: Texts) -> None:
    """Draw observed frequency against predicted probability, raw and calibrated, for every candidate."""
    candidates = results.report["candidates"]
    with panels(path, len(candidates), texts("picture calibration"), shared=True) as axes:
        for axis, (name, candidate) in zip(axes, candidates.items(), strict=True):
            axis.plot([0, 1], [0, 1], color=GREY, linewidth=1)
            known = candidate["calibration"]
            for kind, style in (("raw", "--"), ("calibrated", "-")):
                if kind == "calibrated" and known["method"] == "none":
                    continue
                bins, brier = known["curve"][kind], known["test_brier"][kind]
                predicted, observed = ([one[key] for one in bins] for key in ("predicted", "actual"))
                colour = colours(results.report)[name] if kind == "calibrated" else INK
                label = f"{texts(kind)} (Brier {brier:.4f})"
                axis.plot(
                    predicted, observed, style, color=colour, marker="o", markersize=4, linewidth=1.4, label=label
                )
            axis.set(aspect="equal", xlabel=texts("predicted probability"), xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
            method = texts("not calibrated" if known["method"] == "none" else f"method {known['method']}")
            axis.set_title(f"{candidate_title(name, results.best, texts)}: {method}")
            axis.legend(loc="upper left", fontsize=9)
        axes[0].set_ylabel(texts("observed frequency"))


def class_calibration(results: Results, path: Path, texts: Texts) -> None:
    """Draw observed frequency against predicted probability of the most frequent classes, for every candidate."""
    candidates = results.report["candidates"]
    with panels(path, len(candidates), texts("picture calibration"), shared=True) as axes:
        for axis, (name, candidate) in zip(axes, candidates.items(), strict=True):
            axis.plot([0, 1], [0, 1], color=GREY, linewidth=1)
            rows = {of: one["rows"] for of, one in candidate["classes"].items()}
            for at, of in enumerate(sorted(rows, key=lambda one: -rows[one])[:6]):
                bins = candidate["calibration"]["curve"][of]
                predicted, observed = ([one[key] for one in bins] for key in ("predicted", "actual"))
                style: Any = {"color": shade(at), "marker": "o", "markersize": 4, "linewidth": 1.4}
                axis.plot(predicted, observed, label=drawable(texts.class_name(of)), **style)
            axis.set(aspect="equal", xlabel=texts("predicted probability"), xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
            axis.set_title(candidate_title(name, results.best, texts))
            axis.legend(loc="upper left", fontsize=9)
        axes[0].set_ylabel(texts("observed frequency"))


def _draw_matrix(axis: Axes, counts: np.ndarray[Any, Any], names: list[str]) -> None:
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    few = len(names) <= _MOST_WRITTEN
    for (row, column), count in np.ndenumerate(counts) if few else ():
        share = shares[row, column]
        colour = "white" if share > 0.5 else INK
        text = f"{count:,}\n{share:.1%}" if len(names) <= 5 else f"{count:,}"
        axis.text(column, row, text, ha="center", va="center", color=colour, fontsize=max(7, 15 - len(names)))
    places, long = range(len(names)), max(map(len, names)) > 40 / len(names)
    size: Any = {} if few else {"fontsize": 7}
    axis.set_xticks(places, names, rotation=90 if long else 0, **size)
    axis.set_yticks(places, names, rotation=0 if long else 90, va="center", **size)
    axis.tick_params(length=0)
    axis.grid(visible=False)
    axis.spines[:].set_visible(False)
