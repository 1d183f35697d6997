"""The pictures of an evaluation, one panel per candidate, the best one marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.inputs import Numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK, _GREY, _BLUE = "#1f2933", "#9aa5b1", "#2166ac"
_STYLE: Any = {
    "font.size": 11,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _GREY,
    "axes.titlepad": 10,
    "axes.titleweight": "bold",
    "axes.titlesize": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "figure.dpi": 150,
    "savefig.facecolor": "white",
}


def actual_against_predicted(
    path: Path,
    actual: Numbers,
    predictions: Mapping[str, Numbers],
    measured: Mapping[str, Mapping[str, float]],
    best: str,
) -> None:
    """Draw the test hours of every candidate: on the diagonal, prediction and truth are the same.

    Parameters
    ----------
    path
        PNG file to write.
    actual
        Rentals per hour.
    predictions
        The same as predicted, by candidate.
    measured
        Metrics of the same rows by candidate: ``rmse``, ``r2``.
    best
        Name of the best candidate.
    """
    with _panels(path, list(predictions), "Rentals per hour in the test part: actual against predicted") as axes:
        highest = 1.05 * max(float(actual.max()), *(float(values.max()) for values in predictions.values()))
        for axis, (name, predicted) in zip(axes, predictions.items(), strict=True):
            axis.plot([0, highest], [0, highest], color=_GREY, linewidth=1, zorder=1)
            axis.scatter(predicted, actual, s=9, alpha=0.35, color=_BLUE, edgecolors="none", zorder=2)
            figures = f"RMSE {measured[name]['rmse']:.1f}\nR² {measured[name]['r2']:.3f}"
            axis.text(0.04, 0.96, figures, transform=axis.transAxes, va="top")
            axis.set(xlim=(0, highest), ylim=(0, highest), aspect="equal", xlabel="Predicted rentals per hour")
            axis.set_title(_title(name, best))
        axes[0].set_ylabel("Actual rentals per hour")


def confusion_matrices(
    path: Path,
    matrices: Mapping[str, Mapping[str, Mapping[str, int]]],
    measured: Mapping[str, Mapping[str, float]],
    best: str,
) -> None:
    """Draw the confusion matrix of every candidate: hours and the share of their actual class.

    Parameters
    ----------
    path
        PNG file to write.
    matrices
        By candidate: hours by actual, then by predicted class.
    measured
        Metrics of the same rows by candidate: ``accuracy``, ``auc``.
    best
        Name of the best candidate.
    """
    with _panels(
        path, list(matrices), "High and low demand in the test part: hours by actual and predicted class"
    ) as axes:
        for axis, (name, matrix) in zip(axes, matrices.items(), strict=True):
            counts = np.array([[matrix[row][column] for column in "01"] for row in "01"])
            _draw_matrix(axis, counts)
            axis.set_title(_title(name, best))
            axis.set_xlabel(
                f"Predicted demand\n\nAccuracy {measured[name]['accuracy']:.3f}, AUC {measured[name]['auc']:.4f}"
            )
        axes[0].set_ylabel("Actual demand")


def _draw_matrix(axis: Axes, counts: np.ndarray[Any, Any]) -> None:
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        share = shares[row, column]
        colour = "white" if share > 0.5 else _INK
        axis.text(column, row, f"{count:,}\n{share:.1%}", ha="center", va="center", color=colour, fontsize=13)
    axis.set_xticks([0, 1], ["low", "high"])
    axis.set_yticks([0, 1], ["low", "high"], rotation=90, va="center")
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)


def _title(name: str, best: str) -> str:
    return f"{name} (best)" if name == best else name


@contextmanager
def _panels(path: Path, names: list[str], title: str) -> Iterator[list[Axes]]:
    """A row of panels with a common title, saved when they are drawn."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(max(4.6 * len(names), 6.5), 5.8), layout="compressed")
        FigureCanvasAgg(figure)
        figure.suptitle(title, fontsize=14, fontweight="bold")
        yield list(figure.subplots(1, len(names), squeeze=False)[0])
        # Without the software's version the same numbers give the same file.
        figure.savefig(path, bbox_inches="tight", pad_inches=0.2, metadata={"Software": None})
