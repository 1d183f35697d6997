"""Pictures that are specific to a task."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.output.results import Results
from evaluation.page.marks import GREY, INK, colours, precision_recall_side, roc_side, with_breaks
from evaluation.page.texts import Texts
from evaluation.pictures.canvas import candidate_title, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def actual_against_predicted(results: Results, path: Path, texts: Texts) -> None:
    """Draw actual against predicted rentals of every candidate; on the diagonal, both are equal."""
    highest = 1.05 * max(float(rows[["actual", "predicted"]].max().max()) for rows in results.predictions.values())
    title = texts("picture scatter")
    with panels(path, len(results.predictions), title, texts, left=0.8, shared=True) as axes:
        for axis, (name, rows) in zip(axes, results.predictions.items(), strict=True):
            axis.plot([0, highest], [0, highest], color=GREY, linewidth=1, zorder=1)
            colour = colours(results.report)[name]
            axis.scatter(rows["predicted"], rows["actual"], s=9, alpha=0.35, color=colour, edgecolors="none", zorder=2)
            measured = results.report["candidates"][name]["test"]
            axis.text(
                0.04, 0.96, f"RMSE {measured['rmse']:.1f}\nR² {measured['r2']:.3f}", transform=axis.transAxes, va="top"
            )
            axis.set(xlim=(0, highest), ylim=(0, highest), aspect="equal", xlabel=texts("predicted rentals"))
            axis.set_title(candidate_title(name, results.best, texts))
        axes[0].set_ylabel(texts("actual rentals"))


def actual_over_time(results: Results, path: Path, texts: Texts) -> None:
    """Draw actual rentals and the selected candidate's predictions over the test hours.

    Hours are numbered consecutively, because a test set of single days or hours has gaps of weeks. The lines break at
    each gap of a day or more.
    """
    rows = with_breaks(results.predictions[results.best])
    with panels(
        path,
        1,
        texts("picture over time", best=texts(results.best)),
        texts,
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
        months = rows["datetime"].dt.strftime("%Y-%m")
        first = months[months != months.shift()]
        axis.set_xticks(list(first.index), list(first), rotation=45, ha="right")
        axis.set(ylabel=texts("rentals"), xlim=(0, len(rows)), ylim=(0, None))
        axis.legend(loc="upper left", ncols=2)


def residuals(results: Results, path: Path, texts: Texts) -> None:
    """Draw the selected candidate's errors by hour and temperature: median, middle 50 % and middle 90 %."""
    title = texts("picture residuals", best=texts(results.best))
    with panels(path, 2, title, texts, width=6.5, height=4.2, left=0.7, titles=False) as axes:
        for axis, kind in zip(axes, ("hour", "temperature"), strict=True):
            _draw_errors(axis, [slice_ for slice_ in results.report["slices"] if slice_["by"] == kind], results, texts)
            axis.set_xlabel(texts({"hour": "hour of day", "temperature": "temperature axis"}[kind]))


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
    labels = [texts(slice_["value"]).replace(" and above", "+") for slice_ in slices]
    step = 3 if len(slices) > 12 else 1
    axis.set_xticks(list(places)[::step], labels[::step])


def confusion_matrices(results: Results, path: Path, texts: Texts) -> None:
    """Draw the confusion matrix of every candidate: hours, and their share of the actual class."""
    candidates = results.report["candidates"]
    title = texts("picture confusion")
    with panels(path, len(candidates), title, texts, shared=True, bottom=1.1) as axes:
        for axis, (name, candidate) in zip(axes, candidates.items(), strict=True):
            matrix, measured = candidate["confusion_matrix"], candidate["test"]
            _draw_matrix(axis, np.array([[matrix[row][column] for column in "01"] for row in "01"]), texts)
            axis.set_title(candidate_title(name, results.best, texts))
            numbers = f"{texts('accuracy')} {measured['accuracy']:.3f}, AUC {measured['auc']:.4f}"
            axis.set_xlabel(f"{texts('predicted demand')}\n\n{numbers}")
        axes[0].set_ylabel(texts("actual demand"))


def curves(results: Results, path: Path, texts: Texts) -> None:
    """Draw ROC and precision-recall curves in a panel each, cut to the corner in which they differ."""
    with panels(path, 2, texts("picture curves"), texts, width=5.4, height=4.8, left=0.7) as (roc_axis, precision_axis):
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
    with panels(path, len(candidates), texts("picture calibration"), texts, shared=True) as axes:
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


def _draw_matrix(axis: Axes, counts: np.ndarray[Any, Any], texts: Texts) -> None:
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        share = shares[row, column]
        colour = "white" if share > 0.5 else INK
        axis.text(column, row, f"{count:,}\n{share:.1%}", ha="center", va="center", color=colour, fontsize=13)
    axis.set_xticks([0, 1], [texts("low"), texts("high")])
    axis.set_yticks([0, 1], [texts("low"), texts("high")], rotation=90, va="center")
    axis.tick_params(length=0)
    axis.grid(visible=False)
    axis.spines[:].set_visible(False)
