"""The report as one HTML document."""

from html import escape
from importlib import import_module

from evaluation.libraries import require
from evaluation.output.results import Results
from evaluation.page import comparisons, sections, tasks, tuning
from evaluation.page.champion import champion_note
from evaluation.page.elements import Charts, with_contents
from evaluation.page.summary import headline, note, summary
from evaluation.page.texts import Texts, texts_of
from html_page.document import document
from html_page.elements import bullets, paragraph, section
from html_page.translations import Language

_STYLE = """
nav { display: flex; flex-wrap: wrap; gap: 6px 8px; margin: 18px 4px; font-size: 0.88rem; }
nav a { color: var(--soft); text-decoration: none; border: 1px solid var(--line); border-radius: 999px;
  padding: 3px 12px; background: var(--paper); }
nav a:hover { color: var(--accent); border-color: var(--accent); }
.tiles { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(min(150px, 45%), 1fr));
  margin: 10px 0 16px; }
.tiles div { border: 1px solid var(--line); border-radius: 10px; padding: 10px 14px; min-width: 0; }
.tiles div:first-child { background: var(--chosen); }
.tiles span, .tiles small { display: block; color: var(--soft); font-size: 0.82rem; }
.tiles b { display: block; font-size: 1.55rem; line-height: 1.3; letter-spacing: -0.01em;
  font-variant-numeric: tabular-nums; }
.summary { border-left: 5px solid var(--accent); }
.summary li:first-child { font-weight: 650; }
tr.best td { font-weight: 650; background: var(--chosen); }
tr.baseline td { color: var(--soft); }
.badge { display: inline-block; background: var(--accent); color: var(--paper); border-radius: 999px;
  font-size: 0.72rem; padding: 1px 8px; margin-left: 6px; font-weight: 600; }
.matrices { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(140px, 100%), 1fr)); }
.matrices > * { min-width: 0; }
.matrices.long { grid-template-columns: 1fr; }
.chart { width: 100%; }
.matrix { table-layout: fixed; }
.matrix caption { color: var(--soft); font-size: 0.85rem; padding-bottom: 2px; }
.matrix td { text-align: center; white-space: normal; padding: 14px 2px; border: 3px solid var(--paper); }
.matrix td b { display: block; font-size: 1.15rem; }
.matrix th { text-align: center; padding: 6px 3px; font-size: 0.82rem; border: 0; white-space: normal; }
details { margin-top: 8px; } summary { cursor: pointer; color: var(--accent); }
"""


def render(results: Results, language: Language = "en") -> str:
    """Return the report as HTML that contains plotly and loads nothing from the network.

    Raises `LibraryError` if plotly is missing and cannot be installed.
    """
    texts, drawn = texts_of(results.report, language), Charts()
    parts = [
        section(
            texts("summary"),
            "",
            headline(results, texts),
            note(results, texts),
            champion_note(results.report["champion"], results.report["metric"], texts),
            bullets(summary(results, texts)),
            kind="summary",
        ),
        comparisons.comparison(results, texts, drawn),
        *tasks.OF_KIND[results.kind](results, texts, drawn),
        comparisons.duel(results, texts),
        sections.learning(results, texts, drawn),
        tuning.section_of(results, texts, drawn),
        sections.slices(results, texts, drawn),
        sections.explanations(results, texts, drawn),
        comparisons.history(results, texts),
        sections.cost(results, texts),
        sections.made(results, texts),
    ]
    require("plotly")
    plotly = import_module("plotly.offline").get_plotlyjs()
    return document(
        _header(results, texts) + with_contents(parts),
        title=texts("title", title=texts.word("title"), label=texts.word("label")),
        language=language,
        style=_STYLE,
        scripts=drawn.scripts(plotly),
    )


def _header(results: Results, texts: Texts) -> str:
    report = results.report
    rows = {part: f"{report['rows'].get(part, 0):,}" for part in ("train", "validation", "test")}
    names = ", ".join(texts(name) for name in report["candidates"])
    subtitle = texts("subtitle", best=texts(results.best), candidates=names, split=report["split"], **rows)
    warning = paragraph(texts("generated"), "warning") if results.is_generated else ""
    title = escape(texts("title", title=texts.word("title"), label=texts.word("label")))
    return f"<header><h1>{title}</h1>{paragraph(subtitle)}{warning}</header>"
