"""The picture of tuning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from evaluation.output.results import Results
from evaluation.page.marks import colours
from evaluation.pictures.canvas import candidate_title, panels


def known_histories(results: Results) -> dict[str, Any]:
    """Return the tuning histories that could be read, by candidate."""
    return {name: one for name, one in results.report.get("tuning", {}).items() if "unknown" not in one}


def tuning(results: Results, path: Path) -> None:
    """Draw the objective of each training job of every tuning job, and the best so far."""
    from matplotlib.ticker import MaxNLocator

    histories = known_histories(results)
    title = "Tuning: objective of each training job on the validation set"
    with panels(path, len(histories), title, height=4.4, left=0.85) as axes:
        for axis, (name, history) in zip(axes, histories.items(), strict=True):
            done = [(at, trial["value"]) for at, trial in enumerate(history["trials"], 1) if trial["value"] is not None]
            places, values = [at for at, _ in done], [value for _, value in done]
            best = np.minimum.accumulate if history["goal"] == "Minimize" else np.maximum.accumulate
            colour = colours(results.report)[name]
            axis.step(places, best(np.array(values)), where="post", color=colour, linewidth=1.5, label="best so far")
            axis.scatter(places, values, color=colour, alpha=0.7, s=30, label="training job", edgecolors="none")
            axis.set(title=candidate_title(name, results.best), xlabel="Training jobs in order")
            axis.xaxis.set_major_locator(MaxNLocator(integer=True))
            axis.legend(loc="best", fontsize=9)
        axes[0].set_ylabel(next(iter(histories.values()))["objective"])
