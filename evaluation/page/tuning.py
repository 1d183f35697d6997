"""The section on tuning: the history of each tuning job, and tuned against untuned candidates."""

from typing import Any

from evaluation.output.results import Results
from evaluation.page import charts
from evaluation.page.comparisons import pair_cells, pair_titles
from evaluation.page.elements import Charts
from evaluation.page.texts import Texts
from evaluation.tuning.untuned import TUNED
from html_page.elements import Row, heading, panels, paragraph, section, table


def section_of(results: Results, texts: Texts, drawn: Charts) -> str:
    """Show histories as charts and a table, and tuned against untuned; empty if nothing was tuned."""
    histories: dict[str, Any] = results.report.get("tuning", {})
    if not histories:
        return ""
    known = {name: history for name, history in histories.items() if "unknown" not in history}
    unknown = "".join(
        paragraph(texts("tuning unknown", name=texts(name), job=history["job"], why=history["unknown"]))
        for name, history in histories.items()
        if "unknown" in history
    )
    lines = panels(heading(texts(name)) + drawn.add(charts.tuning(results, name, texts)) for name in known)
    best = _best(known, texts) if known else ""
    return section(texts("tuning"), texts("tuning note"), lines, best, unknown, _against_untuned(results, texts))


def in_short(results: Results, texts: Texts) -> list[str]:
    """Return a sentence on the effect of tuning on the selected candidate, where known."""
    untuned = results.report.get("untuned", {}).get("candidates", {})
    if results.best not in untuned:
        return []
    pair = untuned[results.best]["comparison"]
    key = {TUNED: "summary tuning better", "": "summary tuning none"}.get(pair["better"], "summary tuning worse")
    metric = results.report["metric"]
    return [texts(key, metric=texts(metric), value=texts.number(untuned[results.best]["test"][metric], metric))]


def _best(known: dict[str, Any], texts: Texts) -> str:
    rows = []
    for name, history in known.items():
        done = [trial for trial in history["trials"] if trial["value"] is not None]
        best = None if history["best"] is None else history["trials"][history["best"]]
        chosen = best["hyperparameters"].items() if best else ()
        settings = ", ".join(f"{key} {_short(value)}" for key, value in chosen)
        counts = f"{len(done)} / {len(history['trials'])}"
        rows.append(Row([texts(name), counts, texts.number(best["value"] if best else float("nan")), settings]))
    columns = [texts(key) for key in ("candidate", "training jobs", "best on validation", "best hyperparameters")]
    return table(columns, rows, text_columns=[3])


def _against_untuned(results: Results, texts: Texts) -> str:
    untuned, metric = results.report.get("untuned"), results.report["metric"]
    if untuned is None:
        return ""
    if "unknown" in untuned:
        return heading(texts("untuned")) + paragraph(texts("untuned unknown", why=untuned["unknown"]))
    rows = []
    for name, one in untuned["candidates"].items():
        values = [texts.number(side["test"][metric], metric) for side in (one, results.report["candidates"][name])]
        rows.append(Row([texts(name), *values, *pair_cells(one["comparison"], texts)]))
    sides = [f"{texts(metric)}, {texts(side)}" for side in ("untuned side", "tuned side")]
    columns = [texts("candidate"), *sides, *pair_titles(metric, texts)]
    note = texts("untuned note", version=untuned["version"], created=untuned["created"])
    return heading(texts("untuned"), note) + table(columns, rows, text_columns=[3])


def _short(value: str) -> str:
    try:
        return f"{float(value):.4g}"
    except ValueError:
        return value
