"""The cells of a chunk as numbers, texts or times; a cell that is not of its column's type is refused with its line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from processing_scripts.dataset_file.model import Column, Reading
from processing_scripts.errors import quoted
from processing_scripts.reading.clock import hours_of
from processing_scripts.reading.signs import without_sign
from processing_scripts.tables.source import Chunk

Values = npt.NDArray[Any]

TRUTH = {
    **dict.fromkeys(("true", "t", "yes", "y", "1", "1.0", "on"), 1.0),
    **dict.fromkeys(("false", "f", "no", "n", "0", "0.0", "off"), 0.0),
}
"""Spellings of truth values, in lowercase."""


class Cells:
    """The cells of a chunk, read as the data set file describes."""

    def __init__(self, chunk: Chunk, reading: Reading) -> None:
        self._chunk = chunk
        self._reading = reading
        self.positions = chunk.positions
        """Of the rows in their file, counted from 0."""
        self._missing = pa.array(sorted({*reading.missing, ""}), pa.string())

    def only(self, chosen: npt.NDArray[np.bool_]) -> Cells:
        """Return the cells of the chosen rows."""
        return Cells(self._chunk.only(chosen), self._reading)

    def without_blank_rows(self, columns: Iterable[Column]) -> Cells:
        """Return the cells of the rows with a value in one of these columns."""
        blank = np.ones(len(self.positions), dtype=bool)
        for column in columns:
            blank &= np.asarray(pc.is_null(self._texts(column)))
            if not blank.any():
                break
        return self.only(~blank)

    def read(self, column: Column) -> Values:
        """Return a column by its type: numbers, truths and times of day as float64, times as datetime64, else texts."""
        by_type = {
            "number": self.numbers,
            "integer": self.numbers,
            "boolean": self.truths,
            "datetime": self.times,
            "time_of_day": self.hours,
        }
        return by_type.get(column.type, self.texts)(column)

    def texts(self, column: Column) -> Values:
        """Return cells without surrounding whitespace, None where they are missing."""
        return np.asarray(self._texts(column).to_numpy(zero_copy_only=False), dtype=object)

    def numbers(self, column: Column) -> Values:
        """Return numbers, NaN where they are missing.

        Raises `CellError` if a cell is not a number, or outside the column's range.
        """
        cells = self._chunk.cells[column.name]
        if pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type) or pa.types.is_decimal(cells.type):
            values = _as_array(pc.cast(cells, pa.float64(), safe=False))
            marks = pd.to_numeric(pd.Series(self._reading.missing, dtype=object), errors="coerce").dropna()
            values = np.where(np.isin(values, marks), np.nan, values) if len(marks) else values
            wrong = np.isinf(values)
        else:
            texts = self._numeric_texts(column)
            try:
                values = _as_array(pc.cast(texts, pa.float64()))
            except pa.ArrowInvalid:
                values = pd.to_numeric(texts.to_pandas(), errors="coerce").to_numpy(dtype="float64")
            wrong = (np.isnan(values) & ~np.asarray(pc.is_null(texts))) | np.isinf(values)
        self._refuse_first(column, wrong, "{cell} is not a number; correct the cell, or name it under reading.missing.")
        if column.lowest is not None:
            problem = f"{{cell}} is below {column.lowest:g}, the lowest possible value; correct the cell."
            self._refuse_first(column, values < column.lowest, problem)
        if column.highest is not None:
            problem = f"{{cell}} is above {column.highest:g}, the highest possible value; correct the cell."
            self._refuse_first(column, values > column.highest, problem)
        return values

    def truths(self, column: Column) -> Values:
        """Return 1 for true, 0 for false, NaN where they are missing.

        Raises `CellError` if a cell is neither.
        """
        positions, different = pd.factorize(self.texts(column))
        values = np.array([TRUTH.get(text.lower(), np.nan) for text in different] + [np.nan])[positions]
        problem = "{cell} is neither true nor false; correct the cell, or make the column a category."
        self._refuse_first(column, np.isnan(values) & (positions >= 0), problem)
        return values

    def times(self, column: Column) -> Values:
        """Return times, NaT where they are missing; of times with a zone, those in UTC.

        Raises `CellError` if a cell is not a time in the column's format.
        """
        positions, different = pd.factorize(self.texts(column))
        texts, form = pd.Series(different, dtype=object), column.format or "ISO8601"
        read = pd.to_datetime(texts, format=form, errors="coerce", utc=True).dt.tz_localize(None)
        values = np.append(read.to_numpy(dtype="datetime64[ns]"), np.datetime64("NaT"))[positions]
        example = f"in the format {column.format}" if column.format else "as in 2018-12-31 or 2018-12-31T23:59"
        problem = f"{{cell}} is not a date or time {example}; correct the cell, or the column's format."
        self._refuse_first(column, np.isnat(values) & (positions >= 0), problem)
        return values

    def hours(self, column: Column) -> Values:
        """Return times of day in hours since midnight, NaN where they are missing.

        Raises `CellError` if a cell is not a time of day in the column's format.
        """
        positions, different = pd.factorize(self.texts(column))
        values = np.append(hours_of(different, column.format), np.nan)[positions]
        example = f"in the format {column.format}" if column.format else "as in 07:30, 7:30:00 or 7:30 PM"
        problem = f"{{cell}} is not a time of day {example}; correct the cell, or the column's format."
        self._refuse_first(column, np.isnan(values) & (positions >= 0), problem)
        return values

    def refuse_missing(self, column: Column, missing: npt.NDArray[np.bool_], needed_for: str) -> None:
        """Refuse the first row without a value in a column that needs one."""
        self._refuse_first(column, missing, f"is empty, but {needed_for}; enter the value, or delete the row.")

    def refuse_unknown(
        self, column: Column, unknown: npt.NDArray[np.bool_], known: Sequence[str], or_else: str
    ) -> None:
        """Refuse the first cell that is no class; ``or_else`` is what to do if the cell is right."""
        problem = f"{{cell}} is not one of the classes {', '.join(known[:10])}; correct the cell, or {or_else}."
        self._refuse_first(column, unknown, problem)

    def _texts(self, column: Column) -> pa.Array:
        cells = self._chunk.cells[column.name]
        if pa.types.is_dictionary(cells.type):
            cells = cells.dictionary_decode()
        if pa.types.is_floating(cells.type):  # 1.0 of an integer column with missing values is 1
            cells = pc.if_else(pc.is_nan(cells), None, cells)
        trimmed = pc.utf8_trim_whitespace(pc.cast(cells, pa.string()))
        return pc.if_else(pc.is_in(trimmed, self._missing), pa.scalar(None, pa.string()), trimmed)

    def _numeric_texts(self, column: Column) -> pa.Array:
        """Return the texts with a decimal point, and without the column's sign and thousands separators."""
        texts = self._texts(column)
        if column.sign is not None:
            texts = without_sign(texts, column.sign)
        decimal, grouping = self._reading.decimal or ".", self._reading.grouping
        if grouping:
            mark, group = ("\\" + each if each in ".|+*?()[]{}^$\\" else each for each in (decimal, grouping))
            grouped = pc.match_substring_regex(texts, rf"^[+-]?\d{{1,3}}({group}\d{{3}})+({mark}\d*)?$")
            texts = pc.if_else(grouped, pc.replace_substring(texts, grouping, ""), texts)
        return texts if decimal == "." else pc.replace_substring(texts, decimal, ".")

    def _refuse_first(self, column: Column, wrong: npt.NDArray[np.bool_], problem: str) -> None:
        if wrong.any():
            row = int(np.argmax(wrong))
            cell = quoted(str(self._chunk.cells[column.name][row].as_py()))
            raise self._chunk.refuse(row, column.name, problem.replace("{cell}", cell, 1))


def _as_array(array: pa.Array) -> Values:
    return np.asarray(array.to_numpy(zero_copy_only=False), dtype="float64")
