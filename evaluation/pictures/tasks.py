"""Pictures that are specific to a task."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.output.results import Results
from evaluation.page.marks import GREY, INK, colours, precision_recall_side, roc_side, with_breaks
from evaluation.pictures.canvas import TEXTS, candidate_title, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_RENTALS = "rentals per hour"
_METHODS = {"none": "not calibrated", "platt": "Platt scaling", "isotonic": "isotonic regression"}


def actual_against_predicted(results: Results, path: Path) -> None:
    """Draw actual against predicted rentals of every candidate; on the diagonal, both are equal."""
    highest = 1.05 * max(float(rows[["actual", "predicted"]].max().max()) for rows in results.predictions.values())
    title = "Actual and predicted rentals per hour on the test set"
    with panels(path, len(results.predictions), title, left=0.8, shared=True) as axes:
        for axis, (name, rows) in zip(axes, results.predictions.items(), strict=True):
            axis.plot([0, highest], [0, highest], color=GREY, linewidth=1, zorder=1)
            colour = colours(results.report)[name]
            axis.scatter(rows["predicted"], rows["actual"], s=9, alpha=0.35, color=colour, edgecolors="none", zorder=2)
            measured = results.report["candidates"][name]["test"]
            axis.text(
                0.04, 0.96, f"RMSE {measured['rmse']:.1f}\nR² {measured['r2']:.3f}", transform=axis.transAxes, va="top"
            )
            axis.set(xlim=(0, highest), ylim=(0, highest), aspect="equal", xlabel=f"Predicted {_RENTALS}")
            axis.set_title(candidate_title(name, results.best))
        axes[0].set_ylabel(f"Actual {_RENTALS}")


def actual_over_time(results: Results, path: Path) -> None:
    """Draw actual rentals and the selected candidate's predictions over the test hours.

    Hours are numbered consecutively, because a test set of single days or hours has gaps of weeks. The lines break at
    each gap of a day or more.
    """
    rows = with_breaks(results.predictions[results.best])
    with panels(
        path,
        1,
        f"Test hours in chronological order: actual and {TEXTS(results.best)}",
        width=13,
        height=4.6,
        left=0.8,
        bottom=0.9,
        titles=False,
    ) as [axis]:
        lines = {"actual": ("actual", INK), "predicted": (TEXTS(results.best), colours(results.report)[results.best])}
        for column, (label, colour) in lines.items():
            axis.plot(rows.index, rows[column], color=colour, linewidth=0.9, label=label)
        months = rows["datetime"].dt.strftime("%Y-%m")
        first = months[months != months.shift()]
        axis.set_xticks(list(first.index), list(first), rotation=45, ha="right")
        axis.set(ylabel=_RENTALS.capitalize(), xlim=(0, len(rows)), ylim=(0, None))
        axis.legend(loc="upper left", ncols=2)


def residuals(results: Results, path: Path) -> None:
    """Draw the selected candidate's errors by hour and temperature: median, middle 50 % and middle 90 %."""
    title = f"Errors of {TEXTS(results.best)} on the test set: predicted minus actual {_RENTALS}"
    with panels(path, 2, title, width=6.5, height=4.2, left=0.7, titles=False) as axes:
        for axis, kind in zip(axes, ("hour", "temperature"), strict=True):
            _draw_errors(axis, [slice_ for slice_ in results.report["slices"] if slice_["by"] == kind], results)
            axis.set_xlabel({"hour": "Hour of the day", "temperature": "Temperature"}[kind])


def _draw_errors(axis: Axes, slices: list[dict[str, Any]], results: Results) -> None:
    places = range(len(slices))
    errors = [slice_["candidates"][results.best]["errors"] for slice_ in slices]
    colour = colours(results.report)[results.best]
    axis.axhline(0, color=GREY, linewidth=1)
    for width, low, high in ((2, "low", "high"), (7, "lower_quartile", "upper_quartile")):
        axis.vlines(
            places, [error[low] for error in errors], [error[high] for error in errors], colors=colour, linewidth=width
        )
    axis.scatter(places, [error["median"] for error in errors], color="white", edgecolors=colour, s=22, zorder=3)
    labels = [slice_["value"].replace(" and above", "+") for slice_ in slices]
    step = 3 if len(slices) > 12 else 1
    axis.set_xticks(list(places)[::step], labels[::step])


def confusion_matrices(results: Results, path: Path) -> None:
    """Draw the confusion matrix of every candidate: hours, and their share of the actual class."""
    candidates = results.report["candidates"]
    title = "Test hours by actual and predicted demand"
    with panels(path, len(candidates), title, shared=True, bottom=1.1) as axes:
        for axis, (name, candidate) in zip(axes, candidates.items(), strict=True):
            matrix, measured = candidate["confusion_matrix"], candidate["test"]
            _draw_matrix(axis, np.array([[matrix[row][column] for column in "01"] for row in "01"]))
            axis.set_title(candidate_title(name, results.best))
            axis.set_xlabel(f"Predicted demand\n\nAccuracy {measured['accuracy']:.3f}, AUC {measured['auc']:.4f}")
        axes[0].set_ylabel("Actual demand")


def curves(results: Results, path: Path) -> None:
    """Draw ROC and precision-recall curves in a panel each, cut to the corner in which they differ."""
    with panels(path, 2, "High demand in the test set, for all cut-offs", width=5.4, height=4.8, left=0.7) as (
        roc_axis,
        precision_axis,
    ):
        for name, candidate in results.report["candidates"].items():
            style: Any = {"color": colours(results.report)[name], "linewidth": 1.6}
            points = candidate["receiver_operating_characteristic_curve"]
            label = f"{TEXTS(name)} (AUC {candidate['test']['auc']:.4f})"
            roc_axis.plot(points["false_positive_rates"], points["true_positive_rates"], label=label, **style)
            curve = candidate["precision_recall_curve"]
            precision_axis.plot(curve["recalls"], curve["precisions"], label=TEXTS(name), **style)
        roc_axis.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
        roc, precision = roc_side(results.report), precision_recall_side(results.report)
        roc_axis.set(xlabel="False positive rate", ylabel="True positive rate", title="ROC")
        roc_axis.set(xlim=(-roc / 50, roc), ylim=(1 - roc, 1 + roc / 50))
        precision_axis.set(xlabel="Recall", ylabel="Precision", title="Precision and recall")
        precision_axis.set(xlim=(1 - precision, 1 + precision / 50), ylim=(1 - precision, 1 + precision / 50))
        roc_axis.legend(loc="lower right")


def calibration(results: Results, path: Path) -> None:
    """Draw observed frequency against predicted probability, raw and calibrated, for every candidate."""
    candidates = results.report["candidates"]
    with panels(
        path, len(candidates), "Calibration on the test set: predicted probability and observed frequency", shared=True
    ) as axes:
        for axis, (name, candidate) in zip(axes, candidates.items(), strict=True):
            axis.plot([0, 1], [0, 1], color=GREY, linewidth=1)
            known = candidate["calibration"]
            for kind, style in (("raw", "--"), ("calibrated", "-")):
                if kind == "calibrated" and known["method"] == "none":
                    continue
                bins, brier = known["curve"][kind], known["test_brier"][kind]
                predicted, observed = ([one[key] for one in bins] for key in ("predicted", "actual"))
                colour = colours(results.report)[name] if kind == "calibrated" else INK
                label = f"{kind} (Brier {brier:.4f})"
                axis.plot(
                    predicted, observed, style, color=colour, marker="o", markersize=4, linewidth=1.4, label=label
                )
            axis.set(aspect="equal", xlabel="Predicted probability", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
            axis.set_title(f"{candidate_title(name, results.best)}: {_METHODS[known['method']]}")
            axis.legend(loc="upper left", fontsize=9)
        axes[0].set_ylabel("Observed frequency of high demand")


def _draw_matrix(axis: Axes, counts: np.ndarray[Any, Any]) -> None:
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        share = shares[row, column]
        colour = "white" if share > 0.5 else INK
        axis.text(column, row, f"{count:,}\n{share:.1%}", ha="center", va="center", color=colour, fontsize=13)
    axis.set_xticks([0, 1], ["low", "high"])
    axis.set_yticks([0, 1], ["low", "high"], rotation=90, va="center")
    axis.tick_params(length=0)
    axis.grid(visible=False)
    axis.spines[:].set_visible(False)
