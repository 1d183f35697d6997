"""Sentences for people, which a terminal can translate."""

from __future__ import annotations

from typing import Any


class Sentence(str):
    """A text in English that remembers the pattern and the values that it is made of.

    Examples
    --------
    >>> Sentence.of("{rows} rows", rows=3)
    '3 rows'
    """

    pattern: str
    values: dict[str, Any]

    @classmethod
    def of(cls, pattern: str, **values: Any) -> Sentence:
        """Fill the ``{names}`` of a pattern; a value may be a sentence itself."""
        sentence = cls(pattern.format(**values))
        sentence.pattern, sentence.values = pattern, values
        return sentence
