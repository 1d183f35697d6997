"""How the comparison of two sides stands in a table: the verdict, the difference, and its interval."""

from __future__ import annotations

from typing import Any

from evaluation.page.words import Words, number
from evaluation.ranking.bootstrap import BETTER


def titles(metric: str, words: Words) -> list[str]:
    """The titles of the three columns."""
    return [words("verdict"), words("difference", metric=words(metric)), words("interval")]


def cells(pair: dict[str, Any], words: Words) -> list[str]:
    """Their cells for one pair, as `evaluation.ranking.bootstrap` has it."""
    metric = pair["metric"]
    low, high = (number(bound, metric) for bound in pair["interval"])
    better = words("better", name=words(pair["better"])) if pair["verdict"] == BETTER else words(pair["verdict"])
    return [better, number(pair["difference"], metric), words("range", low=low, high=high)]
