"""Pictures of a regression."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.output.results import Results
from evaluation.page.marks import GREY, INK, colours
from evaluation.pictures.canvas import TEXTS, candidate_title, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_RENTALS = "rentals per hour"


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

    Hours are numbered consecutively, because a test set of single days or hours has gaps of weeks.
    """
    rows = results.predictions[results.best].sort_values("datetime").reset_index(drop=True)
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
