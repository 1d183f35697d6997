"""The report as one HTML document."""

from __future__ import annotations

from html import escape
from importlib import import_module

from evaluation.libraries import require
from evaluation.output.results import Results
from evaluation.page import comparisons, sections, tasks, tuning
from evaluation.page.elements import Charts, with_contents
from evaluation.page.style import STYLE
from evaluation.page.summary import headline, summary
from evaluation.page.texts import Texts
from html_page.document import document
from html_page.elements import bullets, paragraph, section
from html_page.translations import Language

_REAL = "real-data"


def render(results: Results, language: Language = "en") -> str:
    """Return the report as HTML that contains plotly and loads nothing from the network.

    Parameters
    ----------
    results
        The output of an evaluation.
    language
        ``en`` or ``ko``.

    Raises
    ------
    LibraryError
        When plotly is missing and cannot be installed.
    """
    texts, drawn = Texts(language), Charts()
    of_task = tasks.of_regression if results.is_regression else tasks.of_classification
    parts = [
        section(texts("summary"), "", headline(results, texts), bullets(summary(results, texts)), kind="summary"),
        comparisons.comparison(results, texts, drawn),
        *of_task(results, texts, drawn),
        comparisons.duel(results, texts),
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
        title=texts(f"title {results.report['task']}"),
        language=language,
        style=STYLE,
        scripts=f"<script>{plotly}</script>\n{drawn.script()}",
    )


def _header(results: Results, texts: Texts) -> str:
    report = results.report
    rows = {part: f"{report['rows'].get(part, 0):,}" for part in ("train", "validation", "test")}
    names = ", ".join(texts(name) for name in report["candidates"])
    subtitle = texts("subtitle", best=texts(results.best), candidates=names, split=report["split"], **rows)
    warning = paragraph(texts("generated"), "warning") if report["dataset"]["kind"] != _REAL else ""
    title = escape(texts(f"title {report['task']}"))
    return f"<header><h1>{title}</h1>{paragraph(subtitle)}{warning}</header>"
