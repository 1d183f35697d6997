"""The sections of the report that are specific to a kind of task."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evaluation.output.results import Results
from evaluation.page import charts
from evaluation.page.elements import Charts
from evaluation.page.marks import finest_slicings
from evaluation.page.texts import Texts
from evaluation.schema import Kind
from html_page.elements import Row, heading, html, panels, section, table

_LONGEST_NAME = 5
"""Characters of a class name beside which two matrices fit."""


def of_regression(results: Results, texts: Texts, drawn: Charts) -> list[str]:
    """Show actual and predicted values, and errors."""
    sections = []
    if results.time:
        line = drawn.add(charts.over_time(results, results.time, texts))
        sections.append(section(texts("over time"), texts("over time note"), line))
    names = list(results.predictions)
    scatters = panels(heading(texts(name)) + drawn.add(charts.scatter(results, name, texts)) for name in names)
    sections.append(section(texts("scatter"), texts("scatter note"), scatters))
    if shown := finest_slicings(results.report["slices"]):
        boxes = panels((drawn.add(charts.errors(results, by, texts)) for by in shown), "pair" if shown[1:] else "")
        title = texts("residuals", slices=", ".join(map(texts.slicing, shown)))
        sections.append(section(title, texts("residuals note", best=texts(results.best)), boxes))
    return sections


def of_binary(results: Results, texts: Texts, drawn: Charts) -> list[str]:
    """Show confusion matrices, curves and calibration."""
    candidates = results.report["candidates"]
    classes = results.report["classes"]
    matrices = panels(_matrices(name, candidate, classes, texts) for name, candidate in candidates.items())
    curves = panels([drawn.add(charts.roc(results, texts)), drawn.add(charts.precision_recall(results, texts))], "pair")
    reliability = panels(
        heading(texts(name)) + drawn.add(charts.calibration(results, name, texts)) for name in candidates
    )
    return [
        section(texts("confusion"), texts("confusion note"), matrices),
        section(texts("curves"), texts("curves note"), curves),
        section(texts("calibration"), texts("calibration note"), reliability, _calibrations(candidates, texts)),
    ]


def of_multiclass(results: Results, texts: Texts, drawn: Charts) -> list[str]:
    """Show confusion matrices, the metrics of each class, and calibration by class."""
    candidates = results.report["candidates"]
    matrices, reliability = (
        panels(heading(texts(name)) + drawn.add(draw(results, name, texts)) for name in candidates)
        for draw in (charts.confusion, charts.class_calibration)
    )
    keys = ("precision", "recall", "f1", "auc")
    rows = [
        Row([texts.class_name(name), f"{one['rows']:,}", *(texts.number(one[key]) for key in keys)])
        for name, one in candidates[results.best]["classes"].items()
    ]
    by_class = table([texts("class"), texts("row count"), *map(texts, keys)], rows)
    return [
        section(texts("confusion"), texts("confusion note"), matrices),
        section(texts("classes"), texts("classes note", best=texts(results.best)), by_class),
        section(texts("calibration"), texts("class calibration note"), reliability),
    ]


OF_KIND: Mapping[Kind, Callable[[Results, Texts, Charts], list[str]]] = {
    "regression": of_regression,
    "binary": of_binary,
    "multiclass": of_multiclass,
}


def _matrices(name: str, candidate: dict[str, Any], classes: Sequence[str], texts: Texts) -> str:
    """Show a candidate's confusion matrix at 0.5 and at its best cut-off on the validation set."""
    cut_off = texts("at cut-off", cut_off=f"{candidate['cut_off']:.3f}")
    both = ((texts("at half"), "confusion_matrix"), (cut_off, "confusion_matrix_at_cut_off"))
    long = max(len(texts.class_name(one)) for one in classes) > _LONGEST_NAME
    drawn = (_matrix(at, candidate[key], classes, texts) for at, key in both)
    return heading(texts(name)) + panels(drawn, "matrices long" if long else "matrices")


def _matrix(at: str, matrix: dict[str, dict[str, int]], classes: Sequence[str], texts: Texts) -> str:
    cells = []
    for row in classes:
        total = max(sum(matrix[row].values()), 1)
        coloured = "".join(_matrix_cell(matrix[row][column], matrix[row][column] / total) for column in classes)
        cells.append(f"<tr><th>{html(texts('actual class', name=texts.class_name(row)))}</th>{coloured}</tr>")
    heads = "".join(f"<th>{html(texts('predicted class', name=texts.class_name(name)))}</th>" for name in classes)
    return f'<table class="matrix"><caption>{at}</caption><tr><th></th>{heads}</tr>{"".join(cells)}</table>'


def _matrix_cell(count: int, share: float) -> str:
    ink = "#fff" if share > 0.5 else "inherit"
    style = f"background:rgba(33,102,172,{0.06 + 0.9 * share:.2f});color:{ink}"
    return f'<td style="{style}"><b>{count:,}</b>{share:.1%}</td>'


def _calibrations(candidates: dict[str, Any], texts: Texts) -> str:
    rows = [
        Row(
            [
                texts(name),
                texts(f"method {candidate['calibration']['method']}"),
                texts.number(candidate["calibration"]["test_brier"]["raw"]),
                texts.number(candidate["calibration"]["test_brier"]["calibrated"]),
                texts.number(candidate["cut_off"]),
                texts.number(candidate["test"]["f1"]),
                texts.number(candidate["test_at_cut_off"]["f1"]),
            ]
        )
        for name, candidate in candidates.items()
    ]
    columns = [texts(key) for key in ("candidate", "method", "brier raw", "brier calibrated", "cut-off")]
    f1 = [f"{texts('f1')}, {texts(key).lower()}" for key in ("at half", "cut-off")]
    return table([*columns, *f1], rows, text_columns=[1])
