"""Pictures of why candidates predict what they predict."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from evaluation.colours import GREY, LOW_TO_HIGH, colours
from evaluation.output.results import Results
from evaluation.pictures.canvas import candidate_title, panels
from evaluation.spread import ranks, spread_out


def importance(results: Results, path: Path) -> None:
    """Draw the share of each feature in what the library counts, the largest ones of every candidate."""
    candidates = results.report["candidates"]
    with panels(path, len(candidates), "Feature importance, as each library counts it", width=5.2, left=2.3) as axes:
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
    """Draw what each feature added to single predictions, coloured by the feature's value, for every candidate."""
    from matplotlib.colors import LinearSegmentedColormap

    scale = LinearSegmentedColormap.from_list("low to high", LOW_TO_HIGH)
    candidates = results.report["candidates"]
    title = "SHAP values of test hours: blue for low values of the feature, red for high ones"
    with panels(path, len(candidates), title, width=5.2, left=2.3) as axes:
        for axis, (name, candidate) in zip(axes, candidates.items(), strict=True):
            axis.axvline(0, color=GREY, linewidth=1)
            features = candidate["shap"][::-1]
            contributions = [np.array(feature["contributions"]) for feature in features]
            axis.scatter(
                np.concatenate(contributions),
                np.concatenate([place + spread_out(values) for place, values in enumerate(contributions)]),
                c=np.concatenate([ranks(feature["values"]) for feature in features]),
                cmap=scale,
                s=7,
                edgecolors="none",
            )
            axis.set_yticks(range(len(features)), [feature["feature"] for feature in features])
            axis.set_title(candidate_title(name, results.best))
            axis.set_xlabel("Added to the prediction")
