"""The sections of the report that both tasks have."""

from __future__ import annotations

from typing import Any

from evaluation.measures.history import WITH, WITHOUT
from evaluation.measures.slices import FEWEST_ROWS, MEASURE
from evaluation.output.results import Results
from evaluation.page import charts, pairs
from evaluation.page.html import Charts, Row, folded, heading, panels, paragraph, section, table
from evaluation.page.words import Words, number
from evaluation.ranking.bootstrap import BETTER

_METRICS = {
    "regression": ("rmse", "mae", "mse", "r2"),
    "classification": ("auc", "accuracy", "precision", "recall", "f1"),
}
_COSTS = ("training_seconds", "model_bytes", "microseconds_per_row")
_DUEL = ("lightgbm", "catboost")


def comparison(results: Results, words: Words, drawn: Charts) -> str:
    """Candidates and baselines in one table with intervals, and every pair with its verdict."""
    metric = words(results.report["metric"])
    chart = drawn.add(charts.comparison(results, words))
    every_pair = heading(words("pairs"), words("pairs note")) + _pairs(results, words) if _has_pairs(results) else ""
    note = words("comparison note", metric=metric)
    return section(words("comparison"), note, _measures(results, words), chart, every_pair)


def duel(results: Results, words: Words) -> str:
    """LightGBM against CatBoost; nothing where one of them is no candidate."""
    report, metric = results.report, results.report["metric"]
    pair = next((pair for pair in report["comparisons"] if {pair["first"], pair["second"]} == set(_DUEL)), None)
    if pair is None:
        return ""
    low, high = (number(bound, metric) for bound in pair["interval"])
    difference = number(pair["difference"], metric)
    key = "duel verdict better" if pair["verdict"] == BETTER else "duel verdict none"
    verdict = words(key, name=words(pair["better"]), metric=words(metric), difference=difference, low=low, high=high)
    return section(
        words("duel"), "", paragraph(verdict), paragraph(_duel_slices(results, words)), _duel_cost(report, words)
    )


def slices(results: Results, words: Words, drawn: Charts) -> str:
    """Every candidate on every slice, as a chart and as a table."""
    metric = MEASURE[results.report["task"]]
    names = list(results.report["candidates"])
    rows = [
        Row(
            [
                words.slice_name(slice_),
                f"{slice_['rows']:,}",
                *(number(slice_["candidates"][name][metric], metric) for name in names),
            ]
        )
        for slice_ in results.report["slices"]
    ]
    columns = [words("slice"), words("hours"), *(f"{words(name)}: {words(metric)}" for name in names)]
    both = [charts.slices_by_hour(results, words), charts.slices(results, words)]
    drawing = panels((drawn.add(chart) for chart in both), "pair")
    note = words("slices note", fewest=FEWEST_ROWS)
    return section(words("slices"), note, drawing, folded(words("all slices"), table(columns, rows)))


def explanations(results: Results, words: Words, drawn: Charts) -> str:
    """Feature importance and SHAP summary of every candidate."""
    names = list(results.report["candidates"])
    bars = panels(heading(words(name)) + drawn.add(charts.importance(results, name, words)) for name in names)
    points = panels(heading(words(name)) + drawn.add(charts.shap_summary(results, name, words)) for name in names)
    rows = next(iter(results.report["candidates"].values()))["shap_rows"]
    shap = heading(words("shap"), words("shap note", rows=rows)) + points
    return section(words("importance"), words("importance note"), bars, shap)


def history(results: Results, words: Words) -> str:
    """What knowing the hours before is worth; nothing where that was not measured."""
    metric, candidates = results.report["metric"], results.report["candidates"]
    measured = {name: one["without_history"] for name, one in candidates.items() if "without_history" in one}
    if not measured:
        return ""
    rows = []
    for name, twin in measured.items():
        values = [number(one["test"][metric], metric) for one in (candidates[name], twin)]
        rows.append(Row([words(name), *values, *pairs.cells(twin["comparison"], words)]))
    sides = [f"{words(metric)}, {words(side)}" for side in (WITH, WITHOUT)]
    columns = [words("candidate"), *sides, *pairs.titles(metric, words)]
    note = words("history note", count=next(iter(measured.values()))["left_out"])
    return section(words("history"), note, table(columns, rows, texts=[3]))


def cost(results: Results, words: Words) -> str:
    """What every candidate costs, as far as it is known."""
    candidates = results.report["candidates"]
    known = [key for key in _COSTS if any(key in candidate["cost"] for candidate in candidates.values())]
    rows = [
        Row([words(name), *(_cost(candidate["cost"], key) for key in known)], kind=_kind(results, name))
        for name, candidate in candidates.items()
    ]
    return section(words("cost"), words("cost note"), table([words("candidate"), *map(words, known)], rows))


def made(results: Results, words: Words) -> str:
    """Where the numbers come from."""
    report = results.report
    note = words(
        "made note",
        rules=_rules(report, words),
        seed=report["seed"],
        kind=report["dataset"]["kind"],
        sha256=report["dataset"]["sha256"],
    )
    threshold = report["threshold"]
    high = paragraph(words("threshold", threshold=f"{threshold:g}"), "made") if threshold is not None else ""
    return section(words("made"), "", paragraph(note, "made"), high)


def _rules(report: dict[str, Any], words: Words) -> str:
    rules = [words(f"rule of {report['task']}")]
    if report["closed"]:
        rules.append(words("rule of closed hours", **report["closed"]))
    return "; ".join(rules)


def _measures(results: Results, words: Words) -> str:
    report, metric = results.report, results.report["metric"]
    shown = _METRICS[report["task"]]
    rows = []
    for name, measured in {**report["candidates"], **report["baselines"]}.items():
        low, high = (number(bound, metric) for bound in measured["test_interval"])
        first, *others = (number(measured["test"][key], key) for key in shown)
        beats = words(measured["beats_baselines"]) if "beats_baselines" in measured else ""
        cells = [
            words(name),
            first,
            words("range", low=low, high=high),
            number(measured["validation"][metric], metric),
            *others,
            beats,
        ]
        best = name == results.best
        rows.append(Row(cells, kind=_kind(results, name), badge=words("best") if best else ""))
    names = [words(key) for key in shown]
    columns = [
        words("candidate"),
        names[0],
        words("interval"),
        f"{words('validation')} {words(metric)}",
        *names[1:],
        words("beats baselines"),
    ]
    return table(columns, rows)


def _pairs(results: Results, words: Words) -> str:
    rows = [
        Row([f"{words(pair['first'])} - {words(pair['second'])}", *pairs.cells(pair, words)])
        for pair in results.report["comparisons"]
    ]
    return table([words("pair"), *pairs.titles(results.report["metric"], words)], rows, texts=[1])


def _has_pairs(results: Results) -> bool:
    return bool(results.report["comparisons"])


def _kind(results: Results, name: str) -> str:
    if name == results.best:
        return "best"
    return "baseline" if name in results.report["baselines"] else ""


def _cost(costs: dict[str, float], key: str) -> str:
    if key not in costs:
        return "-"
    return f"{costs[key] / 1024:,.0f}" if key == "model_bytes" else f"{costs[key]:,.1f}"


def _duel_slices(results: Results, words: Words) -> str:
    metric = MEASURE[results.report["task"]]
    lower = results.is_regression
    ahead = dict.fromkeys(_DUEL, 0)
    for slice_ in results.report["slices"]:
        first, second = (slice_["candidates"][name][metric] for name in _DUEL)
        if first != second:
            ahead[_DUEL[0] if (first < second) == lower else _DUEL[1]] += 1
    return words("duel slices", all=len(results.report["slices"]), **ahead)


def _duel_cost(report: dict[str, Any], words: Words) -> str:
    times = {name: report["candidates"][name]["cost"]["microseconds_per_row"] for name in _DUEL}
    fast, slow = sorted(_DUEL, key=times.__getitem__)
    return paragraph(words("duel faster", name=words(fast), times=f"{times[slow] / times[fast]:.1f}"))
