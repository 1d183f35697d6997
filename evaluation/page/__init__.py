"""``report.html``: the results of an evaluation on one page that opens offline."""

from evaluation.page.document import render
from html_page.translations import LANGUAGES, Language

__all__ = ["LANGUAGES", "Language", "render"]
