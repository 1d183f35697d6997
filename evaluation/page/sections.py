"""The sections of the report for both tasks: slices, explanations, cost, and sources."""

from typing import Any

from evaluation.measures.slices import FEWEST_ROWS, MEASURE
from evaluation.output.results import Results
from evaluation.page import charts
from evaluation.page.elements import Charts, folded
from evaluation.page.texts import Texts, number
from html_page.elements import Row, heading, panels, paragraph, section, table

_COSTS = ("training_seconds", "model_bytes", "microseconds_per_row")


def slices(results: Results, texts: Texts, drawn: Charts) -> str:
    """Show every candidate on every slice, as charts and as a table."""
    metric = MEASURE[results.report["task"]]
    names = list(results.report["candidates"])
    rows = [
        Row(
            [
                texts.slice_name(slice_),
                f"{slice_['rows']:,}",
                *(number(slice_["candidates"][name][metric], metric) for name in names),
            ]
        )
        for slice_ in results.report["slices"]
    ]
    columns = [texts("slice"), texts("hours"), *(f"{texts(name)}: {texts(metric)}" for name in names)]
    both = [charts.slices_by_hour(results, texts), charts.slices(results, texts)]
    drawing = panels((drawn.add(chart) for chart in both), "pair")
    note = texts("slices note", fewest=FEWEST_ROWS)
    return section(texts("slices"), note, drawing, folded(texts("all slices"), table(columns, rows)))


def explanations(results: Results, texts: Texts, drawn: Charts) -> str:
    """Show feature importance and SHAP summary of every candidate."""
    names = list(results.report["candidates"])
    bars = panels(heading(texts(name)) + drawn.add(charts.importance(results, name, texts)) for name in names)
    points = panels(heading(texts(name)) + drawn.add(charts.shap_summary(results, name, texts)) for name in names)
    rows = next(iter(results.report["candidates"].values()))["shap_rows"]
    shap = heading(texts("shap"), texts("shap note", rows=rows)) + points
    return section(texts("importance"), texts("importance note"), bars, shap)


def cost(results: Results, texts: Texts) -> str:
    """Show what every candidate costs, as far as it is known."""
    candidates = results.report["candidates"]
    known = [key for key in _COSTS if any(key in candidate["cost"] for candidate in candidates.values())]
    rows = [
        Row(
            [texts(name), *(_cost(candidate["cost"], key) for key in known)],
            kind="best" if name == results.best else "",
        )
        for name, candidate in candidates.items()
    ]
    return section(texts("cost"), texts("cost note"), table([texts("candidate"), *map(texts, known)], rows))


def made(results: Results, texts: Texts) -> str:
    """Show where the numbers come from."""
    report = results.report
    rules = [texts(f"rule of {report['task']}")]
    if report["closed"]:
        rules.append(texts("rule of closed hours", **report["closed"]))
    dataset = report["dataset"]
    note = texts(
        "made note", rules="; ".join(rules), seed=report["seed"], kind=dataset["kind"], sha256=dataset["sha256"]
    )
    threshold = report["threshold"]
    high = paragraph(texts("threshold", threshold=f"{threshold:g}"), "made") if threshold is not None else ""
    return section(texts("made"), "", paragraph(note, "made"), high)


def _cost(costs: dict[str, Any], key: str) -> str:
    if key not in costs:
        return "-"
    return f"{costs[key] / 1024:,.0f}" if key == "model_bytes" else f"{costs[key]:,.1f}"
