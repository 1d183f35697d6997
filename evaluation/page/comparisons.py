"""The sections that compare two sides: candidates with each other, with baselines, and with twins without history."""

from typing import Any

from evaluation.measures.history import WITH, WITHOUT
from evaluation.measures.slices import MEASURE
from evaluation.output.results import Results
from evaluation.page import charts
from evaluation.page.elements import Charts
from evaluation.page.texts import Texts, capitalized
from evaluation.ranking.bootstrap import BETTER
from html_page.elements import Row, heading, paragraph, section, table

_METRICS = {
    "regression": ("rmse", "mae", "mse", "r2"),
    "binary": ("auc", "accuracy", "precision", "recall", "f1"),
    "multiclass": ("log_loss", "accuracy", "f1_macro", "f1_weighted", "auc"),
}
_DUEL = ("lightgbm", "catboost")


def pair_titles(metric: str, texts: Texts) -> list[str]:
    """Return the titles of the three columns of `pair_cells`."""
    return [texts("verdict"), texts("difference", metric=texts(metric)), texts("interval")]


def pair_cells(pair: dict[str, Any], texts: Texts) -> list[str]:
    """Return verdict, difference and interval of a pair from `evaluation.ranking.bootstrap`."""
    metric = pair["metric"]
    low, high = (texts.number(bound, metric) for bound in pair["interval"])
    better = texts("better", name=texts(pair["better"])) if pair["verdict"] == BETTER else texts(pair["verdict"])
    return [better, texts.number(pair["difference"], metric), texts("range", low=low, high=high)]


def comparison(results: Results, texts: Texts, drawn: Charts) -> str:
    """Compare candidates and baselines in a table and a chart, and candidates in pairs."""
    metric = texts(results.report["metric"])
    pairs = heading(texts("pairs"), texts("pairs note")) + _pairs(results, texts)
    chart = drawn.add(charts.comparison(results, texts))
    shown = pairs if results.report["comparisons"] else ""
    return section(
        texts("comparison"), texts("comparison note", metric=metric), _measures(results, texts), chart, shown
    )


def duel(results: Results, texts: Texts) -> str:
    """Compare LightGBM with CatBoost; empty unless both are candidates."""
    report, metric = results.report, results.report["metric"]
    pair = next((pair for pair in report["comparisons"] if {pair["first"], pair["second"]} == set(_DUEL)), None)
    if pair is None:
        return ""
    low, high = (texts.number(bound, metric) for bound in pair["interval"])
    difference = texts.number(pair["difference"], metric)
    key = "duel verdict better" if pair["verdict"] == BETTER else "duel verdict none"
    verdict = texts(key, name=texts(pair["better"]), metric=texts(metric), difference=difference, low=low, high=high)
    sentences = verdict, _duel_slices(results, texts), _duel_cost(report, texts)
    return section(texts("duel"), "", *map(paragraph, filter(None, sentences)))


def history(results: Results, texts: Texts) -> str:
    """Compare candidates with their twins without history features; empty where that was not measured."""
    metric, candidates = results.report["metric"], results.report["candidates"]
    measured = {name: one["without_history"] for name, one in candidates.items() if "without_history" in one}
    if not measured:
        return ""
    rows = []
    for name, twin in measured.items():
        values = [texts.number(one["test"][metric], metric) for one in (candidates[name], twin)]
        rows.append(Row([texts(name), *values, *pair_cells(twin["comparison"], texts)]))
    sides = [f"{texts(metric)}, {texts(side)}" for side in (WITH, WITHOUT)]
    columns = [texts("candidate"), *sides, *pair_titles(metric, texts)]
    note = texts("history note", count=next(iter(measured.values()))["left_out"])
    return section(texts("history"), note, table(columns, rows, text_columns=[3]))


def _measures(results: Results, texts: Texts) -> str:
    report, metric = results.report, results.report["metric"]
    shown = sorted(_METRICS[results.kind], key=lambda key: key != metric)
    folds = report.get("folds", {}).get("candidates", {})
    rows = []
    for name, measured in {**report["candidates"], **report["baselines"]}.items():
        low, high = (texts.number(bound, metric) for bound in measured["test_interval"])
        first, *others = (texts.number(measured["test"][key], key) for key in shown)
        beats = texts(measured["beats_baselines"]) if "beats_baselines" in measured else ""
        validation = texts.number(measured["validation"][metric], metric)
        mean = [texts.number(folds[name]["mean"], metric) if name in folds else ""] if folds else []
        cells = [texts(name), first, texts("range", low=low, high=high), validation, *mean, *others, beats]
        selected = name == results.best
        kind = "best" if selected else "baseline" if name in report["baselines"] else ""
        rows.append(Row(cells, kind, badge=texts("best") if selected else ""))
    names = [capitalized(texts(key)) for key in shown]
    validation_title = f"{texts('validation')} {texts(metric)}"
    fold_title = [texts("mean on folds", folds=texts.folds, metric=texts(metric))] if folds else []
    columns = [texts("candidate"), names[0], texts("interval"), validation_title, *fold_title, *names[1:]]
    return table([*columns, texts("beats baselines")], rows)


def _pairs(results: Results, texts: Texts) -> str:
    rows = [
        Row([f"{texts(pair['first'])} - {texts(pair['second'])}", *pair_cells(pair, texts)])
        for pair in results.report["comparisons"]
    ]
    return table([texts("pair"), *pair_titles(results.report["metric"], texts)], rows, text_columns=[1])


def _duel_slices(results: Results, texts: Texts) -> str:
    metric = MEASURE[results.kind]
    ahead = dict.fromkeys(_DUEL, 0)
    for slice_ in results.report["slices"]:
        first, second = (slice_["candidates"][name][metric] for name in _DUEL)
        if first != second:
            ahead[_DUEL[0] if (first < second) == (results.kind == "regression") else _DUEL[1]] += 1
    return texts("duel slices", all=len(results.report["slices"]), **ahead) if results.report["slices"] else ""


def _duel_cost(report: dict[str, Any], texts: Texts) -> str:
    times = {name: report["candidates"][name]["cost"]["microseconds_per_row"] for name in _DUEL}
    fast, slow = sorted(_DUEL, key=times.__getitem__)
    return texts("duel faster", name=texts(fast), times=f"{times[slow] / times[fast]:.1f}")
