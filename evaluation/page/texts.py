"""The report's texts in one language, with the words of its data set, and how its numbers are formatted."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaluation.schema import Words
from html_page.translations import Language, read_translations

TRANSLATIONS = read_translations(Path(__file__).with_name("translations.json"))
_IN_UNITS = {"rmse": 1, "mae": 1, "mse": 2}
"""Metrics in the unit of the target, and its power."""
_DIGITS = 4
LONGEST_NAME, _LEAST_TITLE = 28, 8
"""Characters of a name beside an axis, and those left for the title of a slice in it."""


@dataclass(frozen=True)
class Texts:
    """The texts of one language."""

    language: Language
    names: Mapping[str, Words] = field(default_factory=dict)
    """Translations of the data set's own names: of slices' values, of the unit, and of classes (``class <name>``)."""
    words: Mapping[str, Words] = field(default_factory=dict)
    """The data set's ``title``, ``row`` and ``rows``, ``unit`` (of the bootstrap), and ``label`` (what is predicted),
    and titles of slices (``by <slice>``)."""
    scale: float = 1.0
    """A typical error of the predictions, in the unit of the target."""
    folds: int = 1
    """How many folds chose the candidate; texts that say so end in ``on folds``."""

    def __call__(self, key: str, **values: Any) -> str:
        """Return the text of a key with its values and the words; a name without a translation is its own text."""
        if key not in TRANSLATIONS.texts:
            return key
        if self.folds > 1 and f"{key} on folds" in TRANSLATIONS.texts:
            return self(f"{key} on folds", folds=self.folds, **values)
        words = {f"{word}_word": self.word(word) for word in ("row", "rows", "unit", "label")}
        return TRANSLATIONS.text(self.language, key, **words, **values)

    def word(self, key: str) -> str:
        """Return a word of the data set, or else the default."""
        return self._in_words(self.words.get(key), TRANSLATIONS.text(self.language, f"word {key}"))

    def name(self, name: str) -> str:
        """Return a name from the data, such as a slice's value, in this language, or else as it is."""
        return self._in_words(self.names.get(name), name)

    def class_name(self, name: str) -> str:
        """Return the name of a class in this language, or else as it is."""
        return self._in_words(self.names.get(f"class {name}"), name)

    def slicing(self, by: str) -> str:
        """Return the title of a way to slice, such as "Season"."""
        return self._in_words(self.words.get(f"by {by}"), by)

    def slice_name(self, slice_: dict[str, Any]) -> str:
        """Return the full name of a slice, such as "Season: Winter"."""
        return f"{self.slicing(slice_['by'])}: {self.name(slice_['value'])}"

    def short_slice_name(self, slice_: dict[str, Any]) -> str:
        """Return a name that fits beside an axis, in which the title is shortened rather than the value."""
        value = shorten(self.name(slice_["value"]), LONGEST_NAME - _LEAST_TITLE)
        return f"{shorten(self.slicing(slice_['by']), LONGEST_NAME - 2 - len(value))}: {value}"

    def number(self, value: float, metric: str = "") -> str:
        """Format a metric: four digits of an error of the report's scale, and four decimals of a share.

        Examples
        --------
        >>> texts = Texts("en", scale=145.0)
        >>> texts.number(145.4512, "rmse"), texts.number(0.98961, "auc"), texts.number(float("nan"))
        ('145.5', '0.9896', '-')
        """
        if not math.isfinite(value):
            return "-"
        if metric in _IN_UNITS:
            digits = math.floor(_IN_UNITS[metric] * math.log10(self.scale)) + 1
            text = f"{value:,.{max(0, min(_DIGITS - digits, 12))}f}"
        else:
            text = f"{value:.4f}" if abs(value) < 10 else f"{value:,.1f}"
        return text if float(text.replace(",", "")) else text.removeprefix("-")

    def _in_words(self, words: Words | None, default: str) -> str:
        known = words or {}
        return known.get(self.language) or known.get("en") or default


def shorten(text: str, longest: int = LONGEST_NAME) -> str:
    """Cut a text to a number of characters."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def capitalized(text: str) -> str:
    """Return a text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def texts_of(report: Mapping[str, Any], language: Language) -> Texts:
    """Return the texts of a report."""
    everyone = {**report["candidates"], **report["baselines"]}
    errors = [one["test"]["rmse"] for one in everyone.values() if "rmse" in one["test"]]
    names = report["words"]
    words = {
        **{f"by {by}": title for by, title in report["slice_titles"].items()},
        **{key: names[key] for key in ("row", "rows") if key in names},
        "unit": report["keys"]["unit_word"] or names.get("row") or {},
        "title": report["dataset"]["title"],
        "label": report["label"],
    }
    scale = max([error for error in errors if error > 0], default=1.0)
    return Texts(language, names, words, scale, report.get("folds", {}).get("number", 1))
