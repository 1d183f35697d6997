"""Texts as numbers: the marks of a file, found by the reader of the jobs, and fast conversion with them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from processing_scripts.errors import PreprocessingError
from processing_scripts.reading.numbers import POINT, Marks, NumberColumns

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

MARKS = (POINT, *(Marks(decimal, group) for decimal, group in ((".", " "), (".", "'"), (",", "."), (",", " "))))


@dataclass(frozen=True)
class _AnyNumber:
    name: str
    lowest: float | None = None
    highest: float | None = None
    whole: bool = False


def find_marks(texts: Mapping[str, Collection[str]]) -> tuple[Marks, str]:
    """Find the decimal mark and the thousands separator of a file from the distinct texts of its columns.

    Returns the marks, and a sentence on a cell with several meanings, if there is one.
    """
    columns = NumberColumns()
    for name, cells in texts.items():
        if _mostly_numbers(cells):
            numbers = [text for text in cells if any(marks.value(text) is not None for marks in MARKS)]
            columns.add(_AnyNumber(name), name, numbers, range(1, len(numbers) + 1))
    try:
        found = set(columns.marks().values())
    except PreprocessingError as error:
        what = re.sub(r"^Line \d+, c", "C", str(error))  # the texts are different ones, so that their lines say nothing
        advice = "Until then, a point is the decimal mark and a comma separates thousands; if that is wrong, correct"
        return POINT, f"{what} {advice} decimal and grouping in the table [reading]."
    other = [marks for marks in found if marks != POINT]
    return (other[0] if other else POINT), ""


def _mostly_numbers(cells: Collection[str]) -> bool:
    numbers = sum(any(marks.value(text) is not None for marks in MARKS) for text in cells)
    return 2 * numbers > len(cells)


def as_floats(texts: pa.Array, marks: Marks) -> np.ndarray[Any, Any]:
    """Return numbers, NaN where a text is null or no number."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if marks.decimal == ".":
        try:
            return np.asarray(pc.cast(texts, pa.float64()).to_numpy(zero_copy_only=False), dtype=float)
        except pa.ArrowInvalid:
            pass
    encoded = pc.dictionary_encode(texts)
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    values = np.array([*read_numbers(encoded.dictionary.to_pylist(), marks), np.nan], dtype=float)
    positions = pc.fill_null(encoded.indices, len(values) - 1)
    return np.asarray(values[positions.to_numpy(zero_copy_only=False)])


def read_numbers(texts: Iterable[str], marks: Marks) -> Iterable[float]:
    """Read each text; NaN if it is no number."""
    for text in texts:
        value = marks.value(text)
        yield float("nan") if value is None else value
