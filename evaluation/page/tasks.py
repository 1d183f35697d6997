"""The sections of the report that are specific to a task."""

from typing import Any

from evaluation.output.results import Results
from evaluation.page import charts
from evaluation.page.elements import Charts
from evaluation.page.texts import Texts, number
from html_page.elements import Row, heading, panels, section, table


def of_regression(results: Results, texts: Texts, drawn: Charts) -> list[str]:
    """Show actual and predicted rentals, and errors."""
    names = list(results.predictions)
    scatters = panels(heading(texts(name)) + drawn.add(charts.scatter(results, name, texts)) for name in names)
    kinds = dict.fromkeys(slice_["by"] for slice_ in results.report["slices"])
    shown = [kind for kind in ("hour", "temperature") if kind in kinds]
    boxes = panels((drawn.add(charts.errors(results, kind, texts)) for kind in shown), "pair")
    return [
        section(texts("over time"), texts("over time note"), drawn.add(charts.over_time(results, texts))),
        section(texts("scatter"), texts("scatter note"), scatters),
        section(texts("residuals"), texts("residuals note", best=texts(results.best)), boxes),
    ]


def of_classification(results: Results, texts: Texts, drawn: Charts) -> list[str]:
    """Show confusion matrices, curves and calibration."""
    candidates = results.report["candidates"]
    matrices = panels(_matrices(name, candidate, texts) for name, candidate in candidates.items())
    curves = panels([drawn.add(charts.roc(results, texts)), drawn.add(charts.precision_recall(results, texts))], "pair")
    reliability = panels(
        heading(texts(name)) + drawn.add(charts.calibration(results, name, texts)) for name in candidates
    )
    return [
        section(texts("confusion"), texts("confusion note"), matrices),
        section(texts("curves"), texts("curves note"), curves),
        section(texts("calibration"), texts("calibration note"), reliability, _calibrations(candidates, texts)),
    ]


def _matrices(name: str, candidate: dict[str, Any], texts: Texts) -> str:
    """Show a candidate's confusion matrix at 0.5 and at its best cut-off on the validation set."""
    cut_off = texts("at cut-off", cut_off=f"{candidate['cut_off']:.3f}")
    both = ((texts("at half"), "confusion_matrix"), (cut_off, "confusion_matrix_at_cut_off"))
    return heading(texts(name)) + panels((_matrix(at, candidate[key], texts) for at, key in both), "matrices")


def _matrix(at: str, matrix: dict[str, dict[str, int]], texts: Texts) -> str:
    cells = []
    for row, title in (("0", "actual low"), ("1", "actual high")):
        total = max(sum(matrix[row].values()), 1)
        shares = {column: matrix[row][column] / total for column in "01"}
        coloured = "".join(_matrix_cell(matrix[row][column], shares[column]) for column in "01")
        cells.append(f"<tr><th>{texts(title)}</th>{coloured}</tr>")
    head = f"<tr><th></th><th>{texts('predicted low')}</th><th>{texts('predicted high')}</th></tr>"
    return f'<table class="matrix"><caption>{at}</caption>{head}{"".join(cells)}</table>'


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
                number(candidate["calibration"]["test_brier"]["raw"]),
                number(candidate["calibration"]["test_brier"]["calibrated"]),
                number(candidate["cut_off"]),
                number(candidate["test"]["f1"]),
                number(candidate["test_at_cut_off"]["f1"]),
            ]
        )
        for name, candidate in candidates.items()
    ]
    columns = [texts(key) for key in ("candidate", "method", "brier raw", "brier calibrated", "cut-off")]
    f1 = [f"{texts('f1')}, {texts(key).lower()}" for key in ("at half", "cut-off")]
    return table([*columns, *f1], rows, text_columns=[1])
