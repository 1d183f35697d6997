"""Text in CSV files that people open in a spreadsheet, which runs a cell that looks like a formula."""

import logging
import re

logger = logging.getLogger(__name__)

FORMULA = "^([=+@\\t\\r]|-[A-Za-z가-힣])"
"""A text that a spreadsheet runs; a minus before a digit is a negative number."""


def as_text(cell: str) -> str:
    """A cell that a spreadsheet shows instead of running it.

    >>> as_text("=1+1"), as_text("-A1"), as_text("-1.5"), as_text("Gangnam")
    ("'=1+1", "'-A1", '-1.5', 'Gangnam')
    """
    return re.sub(FORMULA, r"'\1", cell)


def note(cells: int, file: str) -> None:
    """Report how many cells of a file are not as in the data."""
    if cells:
        logger.warning(
            "%d cells of %s begin like a formula, which a spreadsheet would run: there is an apostrophe before them.",
            cells,
            file,
        )
