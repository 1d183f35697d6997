"""The words of the report, in the languages that ``words.<language>.json`` beside this file give."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_COUNTED_IN_RENTALS = {"rmse", "mae"}


@dataclass(frozen=True)
class Words:
    """The words of one language.

    Attributes
    ----------
    language
        Which one.
    texts
        By key; those with ``{name}`` in them take values.
    """

    language: Language
    texts: dict[str, str]

    def __call__(self, key: str, **values: Any) -> str:
        """The text of a key with values in their places; a name that has no translation is its own."""
        text = self.texts.get(key, key)
        return text.format(**values) if values else text

    def slice_name(self, slice_: dict[str, Any]) -> str:
        """What a slice is called, such as "Season: Winter"."""
        return f"{self('by ' + slice_['by'])}: {self(slice_['value'])}"

    def short_slice_name(self, slice_: dict[str, Any]) -> str:
        """The same where there is little room, such as "Winter" or "18:00"."""
        return f"{slice_['value']}:00" if slice_["by"] == "hour" else self(slice_["value"])


@cache
def read_words(language: Language) -> Words:
    """Read the words of a language."""
    path = Path(__file__).with_name(f"words.{language}.json")
    return Words(language, json.loads(path.read_text(encoding="utf-8")))


def number(value: float, metric: str = "") -> str:
    """A measured number as it is read best: rentals with one decimal, their squares with none, shares with four.

    Examples
    --------
    >>> number(145.4512, "rmse"), number(0.98961, "auc"), number(float("nan"))
    ('145.5', '0.9896', '-')
    """
    if not math.isfinite(value):
        return "-"
    if metric in _COUNTED_IN_RENTALS:
        return f"{value:,.1f}"
    if metric == "mse":
        return f"{value:,.0f}"
    return f"{value:.4f}" if abs(value) < 10 else f"{value:,.1f}"
