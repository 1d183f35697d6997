"""A whole table, read once: the facts of its columns and samples of its rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.data.inspection.blocks import Files, Samples, open_files
from pipelines.data.inspection.columns import ColumnFacts
from pipelines.data.inspection.numbers import find_marks
from pipelines.data.inspection.signs import find_sign
from pipelines.errors import BadInput
from processing_scripts.dataset_file.model import Reading
from processing_scripts.reading.numbers import Marks
from processing_scripts.reading.signs import without_sign

if TYPE_CHECKING:
    import pyarrow as pa

LEAST_ROWS = 20
_SEARCHED_TEXTS = 5000
MISSING = Reading().missing


@dataclass(frozen=True)
class InspectedTable:
    """A table that was read once."""

    files: Files
    columns: Mapping[str, ColumnFacts]
    samples: Samples
    marks: Marks
    remarks: tuple[str, ...]
    """Sentences on how the files were read."""
    signs: Mapping[str, str]
    """The sign of the numbers of a column, by column: facts and samples are without it."""

    @property
    def rows(self) -> int:
        """Rows of all files."""
        return self.samples.rows


def inspect_table(path: Path, target: str, no_numbers: Collection[str] = ()) -> InspectedTable:
    """Read all rows of a file or a folder once; again if a column whose numbers have a sign contains texts later.

    Raises `BadInput` if it is no table, or has too few rows.

    Parameters
    ----------
    no_numbers
        Columns in which no signs are looked for.
    """
    import pyarrow as pa

    files = open_files(path, target)
    blocks = files.blocks()
    first = next(blocks, None)
    if first is None:
        raise BadInput(f"{path} has no rows. Provide a table with at least {LEAST_ROWS}.")
    texts = {name: _distinct(first, name) for name in files.names}
    found = {name: find_sign(texts[name]) for name in files.names if name not in no_numbers}
    signs = {name: sign for name, sign in found.items() if sign is not None}
    for name, sign in signs.items():
        texts[name] = without_sign(pa.array(texts[name], pa.string()), sign).to_pylist()
    marks, remark = find_marks(texts)
    columns = {name: ColumnFacts(name, marks) for name in files.names}
    samples, missing, blank = Samples(), pa.array([*MISSING], pa.string()), 0
    for block in chain([first], blocks):
        blank += _blank_rows(block)
        for name, sign in signs.items():
            block = block.set_column(files.names.index(name), name, without_sign(block[name], sign))  # noqa: PLW2901
        samples.add(block)
        for name, facts in columns.items():
            facts.add(block[name], missing)
    if samples.rows < LEAST_ROWS:
        raise BadInput(f"{path} has {samples.rows} rows only. Provide a table with at least {LEAST_ROWS}.")
    with_texts = {name for name in signs if not columns[name].is_numeric}
    if with_texts:
        return inspect_table(path, target, {*no_numbers, *with_texts})
    remarks = [remark] if remark else []
    if blank:
        remarks.append(f"{blank:,} rows are empty in all columns, so they are left out.")
    return InspectedTable(files, columns, samples, marks, tuple(remarks), signs)


def _blank_rows(block: pa.Table) -> int:
    """Count the rows in which all cells are empty."""
    import pyarrow as pa
    import pyarrow.compute as pc

    blank = pa.chunked_array([[True] * block.num_rows])
    for column in block.columns:
        blank = pc.and_(blank, pc.equal(pc.fill_null(column, ""), ""))
        if not pc.any(blank).as_py():
            return 0
    return int(pc.sum(blank).as_py())


def _distinct(block: pa.Table, name: str) -> list[str]:
    import pyarrow.compute as pc

    texts = pc.unique(block[name]).drop_null().slice(0, _SEARCHED_TEXTS).to_pylist()
    return [text for text in texts if text not in MISSING]
