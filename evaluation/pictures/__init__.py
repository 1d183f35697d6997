"""The pictures of an evaluation as PNG files, drawn with matplotlib from its results."""

from collections.abc import Callable, Mapping
from pathlib import Path

from evaluation.output.results import Results
from evaluation.page.texts import Texts
from evaluation.pictures import sections, tasks
from evaluation.pictures.canvas import texts_of
from html_page.translations import Language

_Draw = Callable[[Results, Path, Texts], None]

_OF_BOTH: Mapping[str, _Draw] = {
    "comparison": sections.comparison,
    "slices": sections.slices,
    "importance": sections.importance,
    "shap": sections.shap_summary,
    "cost": sections.cost,
}
_OF_REGRESSION: Mapping[str, _Draw] = {
    "actual-against-predicted": tasks.actual_against_predicted,
    "actual-over-time": tasks.actual_over_time,
    "residuals": tasks.residuals,
}
_OF_CLASSIFICATION: Mapping[str, _Draw] = {
    "confusion-matrix": tasks.confusion_matrices,
    "curves": tasks.curves,
    "calibration": tasks.calibration,
}


def draw_pictures(results: Results, folder: Path, language: Language = "en") -> list[Path]:
    """Draw every picture of the task into a folder; return the files."""
    own = _OF_REGRESSION if results.is_regression else _OF_CLASSIFICATION
    files, texts = [], texts_of(language)
    tuned = {"tuning": sections.tuning} if sections.known_histories(results) else {}
    for name, draw in {**own, **_OF_BOTH, **tuned}.items():
        files.append(folder / f"{name}.png")
        draw(results, files[-1], texts)
    return files
