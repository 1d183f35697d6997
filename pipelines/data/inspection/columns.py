"""Facts of a column, collected block by block."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines.data.inspection.numbers import as_floats
from processing_scripts.reading.numbers import Marks

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

MOST_TEXTS = 20_000
"""Distinct texts that are counted; a column with more has many."""
MARKERS = ("-", "--", ".", "?", "unknown", "missing", "n.a.", "n/a.", "none", "#n/a", "\\n", "*", "nil")
"""Other texts than numbers that mean that a number is missing."""


@dataclass
class ColumnFacts:
    """What all rows tell of a column."""

    name: str
    marks: Marks
    rows: int = 0
    missing: int = 0
    texts: Counter[str] = field(default_factory=Counter)
    """Rows by distinct text, as long as there are at most `MOST_TEXTS`."""
    many: bool = False
    """Whether there are more distinct texts."""
    numbers: int = 0
    others: Counter[str] = field(default_factory=Counter)
    """Rows by text that is no number."""
    first_other: dict[str, int] = field(default_factory=dict)
    """The first row of each of those, counted from 1."""
    lowest: float = math.inf
    highest: float = -math.inf
    whole: bool = True
    """Whether all numbers are whole, and written without a decimal mark."""
    grouped: bool = False
    """Whether a number contains a thousands separator."""
    rising: bool = True
    """Whether no number is below the one before."""
    _last: float | None = None

    @property
    def present(self) -> int:
        """Rows with a value."""
        return self.rows - self.missing

    @property
    def distinct(self) -> int:
        """Distinct texts, or `MOST_TEXTS` if there are more."""
        return MOST_TEXTS if self.many else len(self.texts)

    def add(self, cells: pa.ChunkedArray, missing: pa.Array) -> None:
        """Add the cells of the next block; ``missing`` are the texts of a missing value."""
        import pyarrow as pa
        import pyarrow.compute as pc

        start, self.rows = self.rows, self.rows + len(cells)
        texts = pc.if_else(pc.is_in(cells, missing), pa.scalar(None, pa.string()), cells)
        self.missing += texts.null_count
        if not self.many:
            for pair in pc.value_counts(texts.drop_null()).to_pylist():
                self.texts[pair["values"]] += pair["counts"]
            if len(self.texts) > MOST_TEXTS:
                self.many = True
        # Nothing more is to be found out in a column of texts.
        if self.numbers or not self.others:
            self._add_numbers(texts, start)

    def _add_numbers(self, texts: pa.ChunkedArray, start: int) -> None:
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        values = as_floats(texts, self.marks)
        present = ~np.asarray(pc.is_null(texts))
        is_number = np.isfinite(values)
        self._add_others(texts, np.flatnonzero(present & ~is_number), start)
        numbers = values[is_number]
        if not len(numbers):
            return
        self.numbers += len(numbers)
        self.lowest, self.highest = min(self.lowest, numbers.min()), max(self.highest, numbers.max())
        if self.whole:
            self.whole = bool((numbers % 1 == 0).all()) and not self._any_contains(texts, self.marks.decimal)
        self.grouped = self.grouped or self._any_contains(texts.filter(pa.array(is_number)), self.marks.group)
        self._add_order(numbers)

    def _add_others(self, texts: pa.ChunkedArray, positions: np.ndarray[Any, Any], start: int) -> None:
        import numpy as np

        encoded = texts.take(positions).combine_chunks().dictionary_encode()
        found, first, counts = np.unique(np.asarray(encoded.indices), return_index=True, return_counts=True)
        for code, at, count in zip(found.tolist(), first, counts.tolist(), strict=True):
            text = encoded.dictionary[code].as_py()
            self.others[text] += count
            self.first_other.setdefault(text, start + int(positions[at]) + 1)

    def _add_order(self, values: np.ndarray[Any, Any]) -> None:
        import numpy as np

        differences = np.diff(values if self._last is None else np.concatenate([[self._last], values]))
        self._last = float(values[-1])
        self.rising = self.rising and bool((differences >= 0).all())

    @staticmethod
    def _any_contains(texts: pa.ChunkedArray, mark: str) -> bool:
        import pyarrow.compute as pc

        return bool(pc.any(pc.match_substring(texts, mark)).as_py())

    @property
    def markers(self) -> tuple[str, ...]:
        """The texts in a column of numbers that mean that the value is missing."""
        known = [text for text in self.others if text.lower() in MARKERS]
        return tuple(known) if len(known) == len(self.others) and self.numbers else ()

    @property
    def is_numeric(self) -> bool:
        """Whether all values are numbers, except for markers of missing ones."""
        return self.numbers > 0 and (not self.others or bool(self.markers))
