"""The report's texts in one language, and how its numbers are formatted."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from html_page.translations import Language, read_translations

TRANSLATIONS = read_translations(Path(__file__).with_name("translations.json"))
_COUNTED_IN_RENTALS = {"rmse", "mae"}


@dataclass(frozen=True)
class Texts:
    """The texts of one language."""

    language: Language

    def __call__(self, key: str, **values: Any) -> str:
        """Return the text of a key with its values; a name without a translation is its own text."""
        return TRANSLATIONS.text(self.language, key, **values)

    def slice_name(self, slice_: dict[str, Any]) -> str:
        """Return the full name of a slice, such as "Season: Winter"."""
        return f"{self('by ' + slice_['by'])}: {self(slice_['value'])}"

    def short_slice_name(self, slice_: dict[str, Any]) -> str:
        """Return the short name of a slice, such as "Winter" or "18:00"."""
        return f"{slice_['value']}:00" if slice_["by"] == "hour" else self(slice_["value"])


def number(value: float, metric: str = "") -> str:
    """Format a metric: rentals with one decimal, squared rentals with none, shares with four.

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
