"""The section on tuning: how each tuning job went, and tuned against untuned."""

from __future__ import annotations

from typing import Any

from evaluation.output.results import Results
from evaluation.page import charts, pairs
from evaluation.page.html import Charts, Row, heading, panels, paragraph, section, table
from evaluation.page.words import Words, number
from evaluation.tuning.untuned import TUNED


def section_of(results: Results, words: Words, drawn: Charts) -> str:
    """The histories as charts and a table, and tuned against untuned; nothing where nothing was tuned."""
    histories: dict[str, Any] = results.report.get("tuning", {})
    if not histories:
        return ""
    known = {name: history for name, history in histories.items() if "unknown" not in history}
    unknown = "".join(
        paragraph(words("tuning unknown", name=words(name), job=history["job"], why=history["unknown"]))
        for name, history in histories.items()
        if "unknown" in history
    )
    lines = panels(heading(words(name)) + drawn.add(charts.tuning(results, name, words)) for name in known)
    best = _best(known, words) if known else ""
    return section(words("tuning"), words("tuning note"), lines, best, unknown, _against_untuned(results, words))


def in_short(results: Results, words: Words) -> list[str]:
    """A sentence on what tuning brought the winner, where that is known."""
    untuned = results.report.get("untuned", {}).get("candidates", {})
    if results.best not in untuned:
        return []
    pair = untuned[results.best]["comparison"]
    key = {TUNED: "summary tuning better", "": "summary tuning none"}.get(pair["better"], "summary tuning worse")
    metric = results.report["metric"]
    return [words(key, metric=words(metric), value=number(untuned[results.best]["test"][metric], metric))]


def _best(known: dict[str, Any], words: Words) -> str:
    rows = []
    for name, history in known.items():
        done = [trial for trial in history["trials"] if trial["value"] is not None]
        best = None if history["best"] is None else history["trials"][history["best"]]
        chosen = best["hyperparameters"].items() if best else ()
        settings = ", ".join(f"{key} {_short(value)}" for key, value in chosen)
        counts = f"{len(done)} / {len(history['trials'])}"
        rows.append(Row([words(name), counts, number(best["value"] if best else float("nan")), settings]))
    columns = [words(key) for key in ("candidate", "training jobs", "best on validation", "best hyperparameters")]
    return table(columns, rows, texts=[3])


def _against_untuned(results: Results, words: Words) -> str:
    untuned, metric = results.report.get("untuned"), results.report["metric"]
    if untuned is None:
        return ""
    if "unknown" in untuned:
        return heading(words("untuned")) + paragraph(words("untuned unknown", why=untuned["unknown"]))
    rows = []
    for name, one in untuned["candidates"].items():
        values = [number(side["test"][metric], metric) for side in (one, results.report["candidates"][name])]
        rows.append(Row([words(name), *values, *pairs.cells(one["comparison"], words)]))
    sides = [f"{words(metric)}, {words(side)}" for side in ("untuned side", "tuned side")]
    columns = [words("candidate"), *sides, *pairs.titles(metric, words)]
    note = words("untuned note", version=untuned["version"], created=untuned["created"])
    return heading(words("untuned"), note) + table(columns, rows, texts=[3])


def _short(value: str) -> str:
    try:
        return f"{float(value):.4g}"
    except ValueError:
        return value
