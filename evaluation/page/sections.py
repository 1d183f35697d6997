"""The sections of the report for all tasks: slices, explanations, cost, and sources."""

from typing import Any

from evaluation.measures.slices import FEWEST_ROWS, MEASURE
from evaluation.output.results import Results
from evaluation.page import charts
from evaluation.page.elements import Charts, folded
from evaluation.page.marks import ordered_slicing
from evaluation.page.texts import Texts
from html_page.elements import Row, heading, panels, paragraph, section, table

_COSTS = ("training_seconds", "training_job_seconds", "model_bytes", "microseconds_per_row")


def slices(results: Results, texts: Texts, drawn: Charts) -> str:
    """Show every candidate on every slice, as charts and as a table; empty without slices."""
    if not results.report["slices"]:
        return ""
    metric = MEASURE[results.kind]
    names = list(results.report["candidates"])
    rows = [
        Row(
            [
                texts.slice_name(slice_),
                f"{slice_['rows']:,}",
                *(texts.number(slice_["candidates"][name][metric], metric) for name in names),
            ]
        )
        for slice_ in results.report["slices"]
    ]
    columns = [texts("slice"), texts("row count"), *(f"{texts(name)}: {texts(metric)}" for name in names)]
    ordered = ordered_slicing(results.report["slices"])
    shown = [charts.ordered_slices(results, ordered, texts)] if ordered else []
    if any(slice_["by"] != ordered for slice_ in results.report["slices"]):
        shown.append(charts.slices(results, ordered, texts))
    drawing = panels((drawn.add(chart) for chart in shown), "pair" if len(shown) > 1 else "")
    note = texts("slices note", fewest=FEWEST_ROWS)
    return section(texts("slices"), note, drawing, folded(texts("all slices"), table(columns, rows)))


def explanations(results: Results, texts: Texts, drawn: Charts) -> str:
    """Show feature importance and SHAP summary of every candidate."""
    names = list(results.report["candidates"])
    bars = panels(heading(texts(name)) + drawn.add(charts.importance(results, name, texts)) for name in names)
    several = results.kind == "multiclass"
    draw = charts.shap_by_class if several else charts.shap_summary
    points = panels(heading(texts(name)) + drawn.add(draw(results, name, texts)) for name in names)
    rows = next(iter(results.report["candidates"].values()))["shap_rows"]
    shap = heading(texts("shap"), texts("shap classes note" if several else "shap note", rows=rows)) + points
    return section(texts("importance"), texts("importance note"), bars, shap)


def learning(results: Results, texts: Texts, drawn: Charts) -> str:
    """Show the learning curve of every candidate, or why it is not known; empty outside of a pipeline."""
    curves: dict[str, Any] = results.report.get("curves", {})
    if not curves:
        return ""
    known = [name for name, curve in curves.items() if "unknown" not in curve]
    lines = panels(heading(texts(name)) + drawn.add(charts.learning(results, name, texts)) for name in known)
    missing = [
        paragraph(texts("learning unknown", name=texts(name), why=curve["unknown"]))
        for name, curve in curves.items()
        if name not in known
    ]
    return section(texts("learning"), texts("learning note"), lines if known else "", *missing)


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
    dataset = report["dataset"]
    note = texts(
        "made note",
        rules="; ".join(_rules(report, texts)),
        seed=report["seed"],
        kind=dataset["kind"],
        sha256=dataset["sha256"],
    )
    more = [sampled] if (sampled := _samples(report, texts)) else []
    if report["threshold"] is not None:
        threshold = f"{report['threshold']:g}"
        positive = texts.class_name(report["classes"][1])
        more.append(texts("threshold", positive=positive, target=report["target"], threshold=threshold))
    if "origin" in report:
        more.append(_origin(report["origin"], texts))
    return section(
        texts("made"), "", *(paragraph(text, "made") for text in (note, *more)), _hyperparameters(report, texts)
    )


def _origin(origin: dict[str, Any], texts: Texts) -> str:
    """Return a sentence with the execution, the date and the versions; what is not known is a hyphen."""
    libraries = ", ".join(f"{name} {version}" for name, version in origin["libraries"].items())
    named = {name: origin.get(name, "-") for name in ("execution", "job", "evaluated", "code")}
    return texts("origin", libraries=libraries, **named)


def _hyperparameters(report: dict[str, Any], texts: Texts) -> str:
    """Show the hyperparameters of every candidate where they are known."""
    known = {
        name: each["hyperparameters"] for name, each in report["candidates"].items() if each.get("hyperparameters")
    }
    rows = [
        Row([texts(name), ", ".join(f"{key} {value}" for key, value in settings.items())])
        for name, settings in known.items()
    ]
    columns = [texts("candidate"), texts("hyperparameters")]
    return folded(texts("hyperparameters"), table(columns, rows, text_columns=[1])) if rows else ""


def _rules(report: dict[str, Any], texts: Texts) -> list[str]:
    rules = [
        texts(f"rule of {limit}", limit=f"{report[limit]:g}")
        for limit in ("minimum", "maximum")
        if report[limit] is not None
    ]
    if report["kind"] != "regression":
        rules.append(texts(f"rule of {report['kind']}"))
    rules += [
        texts(
            "rule of a value",
            **{
                **rule,
                "predict": texts.class_name(rule["predict"]) if report["kind"] == "multiclass" else rule["predict"],
            },
        )
        for rule in report["replaced"]
    ]
    return rules or [texts("no rules")]


def _samples(report: dict[str, Any], texts: Texts) -> str:
    """Return a sentence on what was measured on a sample, if the sets are that large."""
    training, bootstrap = report["samples"]["training_rows"], report["samples"]["bootstrap"]
    if training >= report["rows"].get("train", 0) // 2 and not bootstrap["merged"]:
        return ""
    return texts("samples note", training=f"{training:,}", units=f"{bootstrap['units']:,}")


def _cost(costs: dict[str, Any], key: str) -> str:
    if key not in costs:
        return "-"
    return f"{costs[key] / 1024:,.0f}" if key == "model_bytes" else f"{costs[key]:,.1f}"
