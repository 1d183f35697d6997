"""The pictures of an evaluation as PNG files, drawn with matplotlib from its results."""

from collections.abc import Callable, Mapping
from pathlib import Path

from evaluation.output.results import Results
from evaluation.page.texts import Texts
from evaluation.pictures import sections, tasks
from evaluation.pictures.canvas import drawable_texts
from evaluation.schema import Kind
from html_page.translations import Language

_Draw = Callable[[Results, Path, Texts], None]

_OF_ALL: Mapping[str, _Draw] = {
    "comparison": sections.comparison,
    "importance": sections.importance,
    "shap": sections.shap,
    "cost": sections.cost,
}
_OF_KIND: Mapping[Kind, Mapping[str, _Draw]] = {
    "regression": {"actual-against-predicted": tasks.actual_against_predicted},
    "binary": {"confusion-matrix": tasks.confusion_matrices, "curves": tasks.curves, "calibration": tasks.calibration},
    "multiclass": {"confusion-matrix": tasks.confusion_matrices, "calibration": tasks.class_calibration},
}


def draw_pictures(results: Results, folder: Path, language: Language = "en") -> list[Path]:
    """Draw every picture of the task into a folder; return the files."""
    files, texts = [], drawable_texts(results.report, language)
    drawn = {**_OF_KIND[results.kind], **_OF_ALL}
    if results.report["slices"]:
        drawn["slices"] = sections.slices
        if results.kind == "regression":
            drawn["residuals"] = tasks.residuals
    if results.kind == "regression" and results.time:
        drawn["actual-over-time"] = tasks.actual_over_time
    if sections.known_histories(results):
        drawn["tuning"] = sections.tuning
    for name, draw in drawn.items():
        files.append(folder / f"{name}.png")
        draw(results, files[-1], texts)
    return files
