"""``report.html``: everything that an evaluation found, on one page that opens offline."""

from evaluation.page.document import render
from evaluation.page.words import LANGUAGES, Language

__all__ = ["LANGUAGES", "Language", "render"]
