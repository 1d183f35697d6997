"""The cells of a table by column name, as text, categories or numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from processing_scripts.errors import CellError, quoted
from processing_scripts.reading.numbers import MISSING, Marks, NumberColumns
from processing_scripts.reading.tables import Table
from processing_scripts.reading.texts import Texts
from processing_scripts.seoul_bike.reading.columns import Column

_SEPARATED_WORDS = re.compile(r"\w+(?:[\s_-]+\w+)*\.?")
_Meaning = TypeVar("_Meaning")
Flags: TypeAlias = "pd.Series[bool] | npt.NDArray[np.bool_]"


@dataclass(frozen=True)
class Cells:
    """A table with the positions of the known columns by name."""

    table: Table
    found: Mapping[str, int]
    marks: Mapping[str, Marks] = field(default_factory=dict)
    """Decimal marks and thousands separators by column of the file; if empty, those of this table."""

    def __contains__(self, name: str) -> bool:
        return name in self.found

    @cached_property
    def index(self) -> pd.Index[int]:
        """The lines of the file, the index of all series."""
        return pd.Index(self.table.lines, name="line")

    def title(self, name: str) -> str:
        """Return the header of a column as written in the file."""
        return self.table.header[self.found[name]]

    def column(self, name: str) -> Texts:
        """Return a column by its different texts."""
        return self.table.columns[self.found[name]]

    def texts(self, name: str) -> list[str]:
        """Return the cells of a column as written."""
        column = self.column(name)
        return column.each(column.different)

    def categories(self, name: str, meanings: Mapping[str, _Meaning], expected: str) -> list[_Meaning]:
        """Map each cell of a column to its meaning, ignoring case and whitespace.

        Raises `CellError` if a cell is unknown; the message contains ``expected``.
        """
        column = self.column(name)
        letters = [*map(_letters, column.different)]
        for text, read, row in zip(column.different, letters, column.first_rows(), strict=True):
            if read not in meanings:
                line = self.table.lines[row]
                raise CellError(line, self.title(name), f"{quoted(text)} is not a known value; write {expected}.")
        return column.each(meanings[read] for read in letters)

    def numbers(self, column: Column) -> pd.Series[float]:
        """Return the cells of a column as numbers, NaN where they are empty.

        Raises `CellError` if a cell is not a number, or outside the column's range.
        """
        texts, position = self.column(column.name)
        marks = self.marks.get(column.name) or self.number_columns([column]).marks()[column.name]
        values = [marks.value(text) for text in texts]
        read = pd.Series(values, dtype="float64").replace([np.inf, -np.inf], np.nan)
        wrong = read.isna() & np.array([text.lower() not in MISSING for text in texts], dtype=bool)
        self.refuse_first(column, wrong.to_numpy()[position], "{cell} is not a number; correct the cell")
        numbers = pd.Series(read.to_numpy()[position], index=self.index)
        impossible = f"which is impossible for {column.title}; correct the cell"
        if column.lowest is not None:
            self.refuse_first(column, numbers < column.lowest, f"{{cell}} is below {column.lowest:g}, {impossible}")
        if column.highest is not None:
            self.refuse_first(column, numbers > column.highest, f"{{cell}} is above {column.highest:g}, {impossible}")
        return numbers

    def number_columns(self, columns: Iterable[Column], collected: NumberColumns | None = None) -> NumberColumns:
        """Collect the cells of columns of numbers that the table has, to find their marks."""
        collected = collected or NumberColumns()
        for column in columns:
            if column.name in self:
                texts = self.column(column.name)
                lines = [self.table.lines[row] for row in texts.first_rows()]
                collected.add(column, self.title(column.name), texts.different, lines)
        return collected

    def refuse_first(self, column: Column, wrong: Flags, problem: str) -> None:
        """Refuse the first wrong cell of a column, if there is one; ``{cell}`` in the problem is replaced by the cell.

        Raises `CellError` with the problem as message.
        """
        if wrong.any():
            position = int(np.argmax(wrong))
            cell = quoted(self.texts(column.name)[position])
            raise CellError(self.table.lines[position], self.title(column.name), f"{problem.format(cell=cell)}.")


def _letters(text: str) -> str:
    """Return words without case and the separators between them; other text as it is."""
    # A sign may negate: only what separates words is dropped.
    words = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s_.-]", "", words) if _SEPARATED_WORDS.fullmatch(words) else words
