"""The pictures of an evaluation as PNG files, drawn with matplotlib from its results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from evaluation.output.results import Results
from evaluation.pictures import classification, explanations, regression, table, tuning

_Draw = Callable[[Results, Path], None]

_OF_BOTH: Mapping[str, _Draw] = {
    "comparison": table.comparison,
    "slices": table.slices,
    "importance": explanations.importance,
    "shap": explanations.shap_summary,
    "cost": table.cost,
}
_OF_REGRESSION: Mapping[str, _Draw] = {
    "actual-against-predicted": regression.actual_against_predicted,
    "actual-over-time": regression.actual_over_time,
    "residuals": regression.residuals,
}
_OF_CLASSIFICATION: Mapping[str, _Draw] = {
    "confusion-matrix": classification.confusion_matrices,
    "curves": classification.curves,
    "calibration": classification.calibration,
}


def draw_pictures(results: Results, folder: Path) -> list[Path]:
    """Draw every picture of the task into a folder; return the files."""
    own = _OF_REGRESSION if results.is_regression else _OF_CLASSIFICATION
    files = []
    tuned = {"tuning": tuning.tuning} if tuning.known_histories(results) else {}
    for name, draw in {**own, **_OF_BOTH, **tuned}.items():
        files.append(folder / f"{name}.png")
        draw(results, files[-1])
    return files
