"""``data-report.html``: the data report of a table as a page that opens offline, in English and Korean.

The charts are SVG of our own: the scikit-learn image has no plotting library, and an installation would make every
execution wait.
"""

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from html_page.document import document
from html_page.elements import Markup, Row, bullets, heading, paragraph, section, table
from html_page.translations import LANGUAGES, read_translations
from processing_scripts.data_report.drawing import LARGE_DISTANCE, Axes, bars, box_plot, gauge
from processing_scripts.data_report.origin import origin_note
from processing_scripts.data_report.style import LANGUAGE_SWITCH, STYLE
from processing_scripts.datasets import Report, Schema

_LABELS = 5
_TRANSLATIONS = read_translations(Path(__file__).with_name("translations.json"))
_text = _TRANSLATIONS.bilingual


def render(report: Report, schema: Schema) -> str:
    """Return the data report as a self-contained HTML document, all of whose numbers are those of the report."""
    made = paragraph(_text("made note", sha256=schema["dataset"]["sha256"], split=schema["split"]), "made")
    sections = [
        _header(report, schema),
        section(_text("in short"), "", bullets(_in_short(report, schema))),
        section(_text("targets"), "", *(_target(report, schema, name) for name in report["targets"])),
        section(_text("columns"), _text("columns note"), _numbers(report), _categories(report)),
        section(_text("drift"), _text("drift note"), _drift(report["drift"])),
        section(_text("made"), "", made, origin_note()),
    ]
    scripts = f"<script>{LANGUAGE_SWITCH}</script>"
    title = f"{_words(schema['dataset']['title'], 'en')}: {_TRANSLATIONS.text('en', 'data')}"
    return document("".join(sections), title=title, language="en", style=STYLE, scripts=scripts)


def _header(report: Report, schema: Schema) -> str:
    rows = sum(count for part, count in report["rows"].items() if part != "batch")
    button = '<button type="button" id="language">한국어</button>'
    subtitle = paragraph(_text("subtitle", rows=f"{rows:,}", columns=len(report["features"])))
    sampled = paragraph(_text("sampled", rows=f"{report['sample']:,}")) if report["sample"] < rows else ""
    title = _bilingual(schema["dataset"]["title"])
    return f"<header>{button}<h1>{title}: {_text('data')}</h1>{subtitle}{sampled}</header>"


def _in_short(report: Report, schema: Schema) -> Iterable[str]:
    yield _text("short sets", **{part: f"{report['rows'][part]:,}" for part in ("train", "validation", "test")})
    if report["without_target"]:
        yield _text("short without target", count=f"{report['without_target']:,}")
    missing = [name for name, column in report["features"].items() if column["missing"]]
    if missing:
        yield _text("short missing", count=len(missing), columns=", ".join(missing[:_LABELS]))
    else:
        yield _text("nothing missing")
    distances = report["drift"]["test"]
    name = max(distances, key=lambda each: distances[each] or 0)
    key = "short drift" if (distances[name] or 0) >= LARGE_DISTANCE else "short no drift"
    yield _text(key, column=name, distance=_number(distances[name]), split=schema["split"])


def _target(report: Report, schema: Schema, name: str) -> str:
    target, task = report["targets"][name], schema["tasks"][name]
    title = heading(_bilingual(task["label"] or {"en": task["target"]}))
    if "classes" in target:
        sets = target["classes"]
        rows = [Row([each, *(f"{sets[part][each]:.1%}" for part in sets)]) for each in task["classes"]]
        return title + table([_text("class"), *(_text(part) for part in sets)], rows)
    edges, counts = target["edges"], target["counts"]
    step = max(len(counts) // _LABELS, 1)
    labels = [(float(at), _number(edges[at])) for at in range(0, len(edges), step)]
    return title + bars(counts, Axes(_TRANSLATIONS, task["unit"] or task["target"], "rows", labels))


def _numbers(report: Report) -> str:
    rows = []
    for name, column in report["features"].items():
        if "quantiles" not in column:
            continue
        quantiles = column["quantiles"]
        shown = [quantiles[share] for share in ("0", "0.05", "0.5", "0.95", "1")]
        numbers = [_number(value) for value in (column["mean"], column["standard_deviation"], *shown)]
        rows.append(Row([name, f"{column['missing']:.1%}", *numbers, box_plot(quantiles)]))
    titles = ["column", "missing", "mean", "deviation", "minimum", "5 %", "median", "95 %", "maximum", "spread"]
    return table([_text(title) for title in titles], rows) if rows else ""


def _categories(report: Report) -> str:
    rows = []
    for name, column in report["features"].items():
        if "values" in column:
            shares = ", ".join(f"{cell} {share:.1%}" for cell, share in column["values"].items())
            rows.append(Row([name, f"{column['missing']:.1%}", f"{column['different']:,}", shares]))
    titles = ["column", "missing", "different", "frequent"]
    return (
        heading(_text("categories")) + table([_text(title) for title in titles], rows, text_columns=[3]) if rows else ""
    )


def _drift(drift: Mapping[str, Mapping[str, float | None]]) -> str:
    names = sorted(drift["test"], key=lambda name: -(drift["test"][name] or 0))
    rows = [Row([name, *(gauge(distances[name]) for distances in drift.values())]) for name in names]
    return table([_text(title) for title in ("column", *(f"distance {part}" for part in drift))], rows)


def _bilingual(words: Mapping[str, str]) -> Markup:
    texts = (f'<span lang="{language}">{escape(_words(words, language))}</span>' for language in LANGUAGES)
    return Markup("".join(texts))


def _words(words: Mapping[str, str], language: str) -> str:
    return words.get(language) or words.get("en") or next(iter(words.values()), "")


def _number(value: Any) -> str:
    return "-" if value is None else f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
