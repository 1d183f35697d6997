"""Decimal marks and thousands separators, found from all cells of a column, and from the other columns of the file.

``2.000`` is 2 in one file and 2000 in another. A column is read only if a single reading of it is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple, Protocol

from processing_scripts.errors import CellError, ColumnError, quoted

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none"})
"""Spellings of a missing number."""

_SAME_CHARACTER = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'", "\u2212": "-"})
_UNMARKED = re.compile(r"[+-]?\d+", re.ASCII)


class Column(Protocol):
    """A column of numbers."""

    @property
    def name(self) -> str:
        """Name of the column, by which its marks are found."""

    @property
    def lowest(self) -> float | None:
        """Smallest possible number."""

    @property
    def highest(self) -> float | None:
        """Largest possible number."""

    @property
    def whole(self) -> bool:
        """Whether its numbers have no decimals."""


class Marks(NamedTuple):
    """The decimal mark and the thousands separator of numbers."""

    decimal: str
    group: str

    def value(self, text: str) -> float | None:
        """Read a number; None if it is not one with these marks."""
        text = text.translate(_SAME_CHARACTER)
        if not _number(self).fullmatch(text):
            return None
        return float(text.replace(self.group, "").replace(self.decimal, "."))


POINT = Marks(".", ",")
_ALL_MARKS = (POINT, Marks(".", " "), Marks(".", "'"), Marks(",", "."), Marks(",", " "), Marks(",", "'"))


@lru_cache
def _number(marks: Marks) -> re.Pattern[str]:
    decimal, group = map(re.escape, marks)
    exponent = r"(?:[eE][+-]?\d+)?"
    grouped = rf"[1-9]\d{{0,2}}(?:{group}\d{{3}})+(?:{decimal}\d*)?"
    return re.compile(rf"[+-]?(?:{grouped}|(?:\d+(?:{decimal}\d*)?|{decimal}\d+){exponent})", re.ASCII)


@dataclass(frozen=True)
class NumberColumn:
    """The distinct texts of a column, each with the first line that contains it."""

    column: Column
    title: str
    """Its header in the file."""
    lines: Mapping[str, int]

    @cached_property
    def marked(self) -> dict[str, int]:
        """The texts that contain more than digits and a sign."""
        return {
            text: line
            for text, line in self.lines.items()
            if text.lower() not in MISSING and not _UNMARKED.fullmatch(text)
        }

    @cached_property
    def readings(self) -> dict[Marks, dict[str, float]]:
        """The marks with which all texts are numbers, with the numbers."""
        readings = {}
        for marks in _ALL_MARKS:
            values = {text: value for text in self.marked if (value := marks.value(text)) is not None}
            if len(values) == len(self.marked):
                readings[marks] = values
        return readings

    @property
    def decimal_mark(self) -> str | None:
        """The decimal mark, if there is a single possible one and a cell contains it."""
        used = {
            marks.decimal if any(marks.decimal in text for text in self.marked) else None for marks in self.readings
        }
        return used.pop() if len(used) == 1 else None

    def marks(self, decimal_mark: str | None) -> Marks:
        """Choose the marks, given the decimal mark of the other columns.

        Raises `CellError` if several readings are left.
        """
        if not self.readings:
            return max(_ALL_MARKS, key=lambda marks: sum(marks.value(text) is not None for text in self.marked))
        agreeing = [marks for marks in self.readings if decimal_mark in {None, marks.decimal}]
        left = self._different(agreeing or self.readings)
        left = self._different([marks for marks in left if self._is_possible(marks)] or left)
        groups = [marks for marks in self._different(self.readings) if marks not in left and self._is_possible(marks)]
        if len(left) > 1 or any(self._looks_grouped(left[0], other) for other in groups):
            self._refuse(left if len(left) > 1 else [*left, *groups])
        self._refuse_hidden_groups(left[0])
        return left[0]

    def _different(self, readings: Iterable[Marks]) -> list[Marks]:
        """Return one reading of each meaning."""
        different: list[Marks] = []
        for marks in readings:
            if all(self.readings[marks] != self.readings[other] for other in different):
                different.append(marks)
        return different

    def _is_possible(self, marks: Marks) -> bool:
        values = self.readings[marks].values()
        return all(self._contains(value) for value in values)

    def _contains(self, value: float) -> bool:
        lowest, highest = self.column.lowest, self.column.highest
        within = (lowest is None or value >= lowest) and (highest is None or value <= highest)
        return within and not (self.column.whole and value % 1)

    def _looks_grouped(self, chosen: Marks, other: Marks) -> bool:
        """Whether the chosen decimal mark groups thousands in ``other``, while some numbers have none."""
        # A program writes 950.000 beside 2.000 if it rounds to three decimals, and 2 if it drops zeros.
        unmarked = any(_UNMARKED.fullmatch(text) for text in self.lines)
        return unmarked and other.group == chosen.decimal and any(chosen.decimal in text for text in self.marked)

    def _refuse_hidden_groups(self, chosen: Marks) -> None:
        """Refuse a column in which a few cells alone decide against thousands separators."""
        other = next(marks for marks in _ALL_MARKS if marks.group == chosen.decimal)
        if not any(_UNMARKED.fullmatch(text) for text in self.lines):
            return
        for text, line in self.marked.items():
            grouped = other.value(text)
            if grouped is not None and text.endswith("0") and chosen.decimal in text and self._contains(grouped):
                self._refuse_text(text, line, {self.readings[chosen][text], grouped})

    def _refuse(self, readings: Iterable[Marks]) -> None:
        for text, line in self.marked.items():
            values = {self.readings[marks][text] for marks in readings}
            if len(values) > 1:
                self._refuse_text(text, line, values)

    def _refuse_text(self, text: str, line: int, values: Iterable[float]) -> None:
        meanings = " or ".join(f"{value:.12g}" for value in sorted(values))
        raise CellError(
            line,
            self.title,
            f"{quoted(text)} could be {meanings}, and the file does not show which; write numbers with a decimal point "
            "and without thousands separators.",
        )


@dataclass
class NumberColumns:
    """The columns of numbers of a file, collected table by table."""

    lines: dict[str, dict[str, int]] = field(default_factory=dict)
    columns: dict[str, tuple[Column, str]] = field(default_factory=dict)

    def add(self, column: Column, title: str, texts: Iterable[str], lines: Iterable[int]) -> None:
        """Add the cells of a column."""
        self.columns[column.name] = (column, title)
        known = self.lines.setdefault(column.name, {})
        for text, line in zip(texts, lines, strict=True):
            if text not in known:
                known[text] = line

    def marks(self) -> dict[str, Marks]:
        """Find the marks of each column.

        Raises `CellError` if a number has several meanings. Raises `ColumnError` if columns have different decimal
        marks.
        """
        columns = {name: NumberColumn(*of, self.lines[name]) for name, of in self.columns.items()}
        found = {column.decimal_mark: column.title for column in columns.values() if column.decimal_mark}
        if len(found) > 1:
            raise ColumnError(
                f"Column {quoted(found['.'])} contains decimal points and column {quoted(found[','])} decimal commas, "
                "so thousands separators cannot be distinguished from them; write all numbers with a decimal point."
            )
        decimal_mark = next(iter(found), None)
        return {name: column.marks(decimal_mark) for name, column in columns.items()}
