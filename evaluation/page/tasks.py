"""The sections of the report that only one of the tasks has."""

from __future__ import annotations

from typing import Any

from evaluation.output.results import Results
from evaluation.page import charts
from evaluation.page.html import Charts, Row, heading, panels, section, table
from evaluation.page.words import Words, number


def of_regression(results: Results, words: Words, drawn: Charts) -> list[str]:
    """Actual and predicted rentals, and the errors between them."""
    names = list(results.predictions)
    scatters = panels(heading(words(name)) + drawn.add(charts.scatter(results, name, words)) for name in names)
    kinds = dict.fromkeys(slice_["by"] for slice_ in results.report["slices"])
    shown = [kind for kind in ("hour", "temperature") if kind in kinds]
    boxes = panels((drawn.add(charts.errors(results, kind, words)) for kind in shown), "pair")
    return [
        section(words("over time"), words("over time note"), drawn.add(charts.over_time(results, words))),
        section(words("scatter"), words("scatter note"), scatters),
        section(words("residuals"), words("residuals note", best=words(results.best)), boxes),
    ]


def of_classification(results: Results, words: Words, drawn: Charts) -> list[str]:
    """Confusion matrices, curves and calibration."""
    candidates = results.report["candidates"]
    matrices = panels(_matrices(name, candidate, words) for name, candidate in candidates.items())
    curves = panels([drawn.add(charts.roc(results, words)), drawn.add(charts.precision_recall(results, words))], "pair")
    reliability = panels(
        heading(words(name)) + drawn.add(charts.calibration(results, name, words)) for name in candidates
    )
    return [
        section(words("confusion"), words("confusion note"), matrices),
        section(words("curves"), words("curves note"), curves),
        section(words("calibration"), words("calibration note"), reliability, _calibrations(candidates, words)),
    ]


def _matrices(name: str, candidate: dict[str, Any], words: Words) -> str:
    """A candidate's matrix at a half beside that at the cut-off which was best on the validation part."""
    cut_off = words("at cut-off", cut_off=f"{candidate['cut_off']:.3f}")
    both = ((words("at half"), "confusion_matrix"), (cut_off, "confusion_matrix_at_cut_off"))
    return heading(words(name)) + panels((_matrix(at, candidate[key], words) for at, key in both), "matrices")


def _matrix(at: str, matrix: dict[str, dict[str, int]], words: Words) -> str:
    cells = []
    for row, title in (("0", "actual low"), ("1", "actual high")):
        total = max(sum(matrix[row].values()), 1)
        shares = {column: matrix[row][column] / total for column in "01"}
        coloured = "".join(_matrix_cell(matrix[row][column], shares[column]) for column in "01")
        cells.append(f"<tr><th>{words(title)}</th>{coloured}</tr>")
    head = f"<tr><th></th><th>{words('predicted low')}</th><th>{words('predicted high')}</th></tr>"
    return f'<table class="matrix"><caption>{at}</caption>{head}{"".join(cells)}</table>'


def _matrix_cell(count: int, share: float) -> str:
    ink = "#fff" if share > 0.5 else "inherit"
    style = f"background:rgba(33,102,172,{0.06 + 0.9 * share:.2f});color:{ink}"
    return f'<td style="{style}"><b>{count:,}</b>{share:.1%}</td>'


def _calibrations(candidates: dict[str, Any], words: Words) -> str:
    rows = [
        Row(
            [
                words(name),
                words(f"method {candidate['calibration']['method']}"),
                number(candidate["calibration"]["test_brier"]["raw"]),
                number(candidate["calibration"]["test_brier"]["calibrated"]),
                number(candidate["cut_off"]),
                number(candidate["test"]["f1"]),
                number(candidate["test_at_cut_off"]["f1"]),
            ]
        )
        for name, candidate in candidates.items()
    ]
    f1 = words("f1")
    at_cut_off = words("at cut-off", cut_off=words("cut-off"))
    columns = [words(key) for key in ("candidate", "method", "brier raw", "brier calibrated", "cut-off")]
    return table([*columns, f"{f1} {words('at half')}", f"{f1} {at_cut_off}"], rows, texts=[1])
