"""The report as one document that needs nothing else."""

from __future__ import annotations

from html import escape
from importlib import import_module

from evaluation.libraries import require
from evaluation.output.results import Results
from evaluation.page import sections, tasks, tuning
from evaluation.page.html import Charts, bullets, paragraph, section, with_contents
from evaluation.page.style import STYLE
from evaluation.page.summary import headline, summary
from evaluation.page.words import Language, Words, read_words

_REAL = "real-data"


def render(results: Results, language: Language = "en") -> str:
    """The report as HTML, with plotly and everything else inside: it opens offline and asks nobody for anything.

    Parameters
    ----------
    results
        What an evaluation wrote.
    language
        ``en`` or ``ko``.

    Raises
    ------
    LibraryError
        When plotly is missing and cannot be installed.
    """
    words, drawn = read_words(language), Charts()
    own = tasks.of_regression if results.is_regression else tasks.of_classification
    parts = [
        section(words("summary"), "", headline(results, words), bullets(summary(results, words)), kind="summary"),
        sections.comparison(results, words, drawn),
        *own(results, words, drawn),
        sections.duel(results, words),
        tuning.section_of(results, words, drawn),
        sections.slices(results, words, drawn),
        sections.explanations(results, words, drawn),
        sections.history(results, words),
        sections.cost(results, words),
        sections.made(results, words),
    ]
    body = _header(results, words) + with_contents(parts)
    require("plotly")
    plotly = import_module("plotly.offline").get_plotlyjs()
    title = escape(words(f"title {results.report['task']}"))
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<link rel="icon" href="data:,">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n'
        f"<body>\n<main>\n{body}\n</main>\n<script>{plotly}</script>\n{drawn.script()}\n</body>\n</html>\n"
    )


def _header(results: Results, words: Words) -> str:
    report = results.report
    rows = {part: f"{report['rows'].get(part, 0):,}" for part in ("train", "validation", "test")}
    names = ", ".join(words(name) for name in report["candidates"])
    subtitle = words("subtitle", best=words(results.best), candidates=names, split=report["split"], **rows)
    warning = paragraph(words("generated"), "warning") if report["dataset"]["kind"] != _REAL else ""
    title = escape(words(f"title {report['task']}"))
    return f"<header><h1>{title}</h1>{paragraph(subtitle)}{warning}</header>"
