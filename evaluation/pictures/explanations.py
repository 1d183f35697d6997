"""Pictures of feature importance and SHAP values."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from evaluation.output.results import Results
from evaluation.page.marks import GREY, LOW_TO_HIGH, colours, ranks, swarm
from evaluation.pictures.canvas import candidate_title, panels


def importance(results: Results, path: Path) -> None:
    """Draw the most important features of every candidate."""
    candidates = results.report["candidates"]
    with panels(path, len(candidates), "Feature importance by each library", width=5.2, left=2.3) as axes:
        for axis, (name, candidate) in zip(axes, candidates.items(), strict=True):
            shares = candidate["importance"][::-1]
            axis.barh(
                [one["feature"] for one in shares],
                [100 * one["share"] for one in shares],
                color=colours(results.report)[name],
            )
            axis.set_title(candidate_title(name, results.best))
            axis.set_xlabel("Share in %")


def shap_summary(results: Results, path: Path) -> None:
    """Draw the SHAP values of single predictions, colored by the feature's value, for every candidate."""
    from matplotlib.colors import LinearSegmentedColormap

    scale = LinearSegmentedColormap.from_list("low to high", LOW_TO_HIGH)
    candidates = results.report["candidates"]
    title = "SHAP values of test hours: blue for low feature values, red for high ones"
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
            axis.set_yticks(range(len(features)), [feature["feature"] for feature in features])
            axis.set_title(candidate_title(name, results.best))
            axis.set_xlabel("SHAP value")
