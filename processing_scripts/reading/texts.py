"""A column of texts by its different ones: a column of a million rows has few, and each is read once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa


class Texts(NamedTuple):
    """The different texts of a column in the order of their first rows, and the number of each row's text."""

    different: list[str]
    numbers: npt.NDArray[np.int64]

    @classmethod
    def of(cls, cells: Iterable[str]) -> Texts:
        """Find the different texts."""
        import numpy as np  # only who reads a file waits for it

        known: dict[str, int] = {}
        numbers = [known.setdefault(cell, len(known)) for cell in cells]
        return cls([*known], np.array(numbers, dtype="int64"))

    @classmethod
    def stripped(cls, cells: pa.Array) -> Texts:
        """Find the different texts of an array without surrounding whitespace."""
        encoded = cells.dictionary_encode()
        numbers = encoded.indices.to_numpy().astype("int64")
        of_different = cls.of(map(str.strip, encoded.dictionary.to_pylist()))
        return cls(of_different.different, of_different.numbers[numbers])

    def first_rows(self) -> list[int]:
        """Return the first row of each different text."""
        import numpy as np

        first: list[int] = np.unique(self.numbers, return_index=True)[1].tolist()
        return first

    def each(self, values: Iterable[Any]) -> list[Any]:
        """Return the value of each row, given the value of each different text."""
        import numpy as np

        of_text = np.fromiter(values, dtype=object, count=len(self.different))
        of_row: list[Any] = of_text[self.numbers].tolist()
        return of_row
