"""Pictures of a classification."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.output.results import Results
from evaluation.page.marks import GREY, INK, colours
from evaluation.pictures.canvas import TEXTS, candidate_title, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_METHODS = {"none": "not calibrated", "platt": "Platt scaling", "isotonic": "isotonic regression"}


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
    """Draw the ROC curves in one panel, and the precision-recall curves in another."""
    with panels(path, 2, "High demand in the test set, for all cut-offs", width=5.4, height=4.8, left=0.7) as (
        roc_axis,
        precision_axis,
    ):
        for name, candidate in results.report["candidates"].items():
            style: Any = {"color": colours(results.report)[name], "linewidth": 1.6}
            roc = candidate["receiver_operating_characteristic_curve"]
            label = f"{TEXTS(name)} (AUC {candidate['test']['auc']:.4f})"
            roc_axis.plot(roc["false_positive_rates"], roc["true_positive_rates"], label=label, **style)
            curve = candidate["precision_recall_curve"]
            precision_axis.plot(curve["recalls"], curve["precisions"], label=TEXTS(name), **style)
        roc_axis.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
        roc_axis.set(xlabel="False positive rate", ylabel="True positive rate", title="ROC")
        precision_axis.set(xlabel="Recall", ylabel="Precision", title="Precision and recall", ylim=(0, 1.02))
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
