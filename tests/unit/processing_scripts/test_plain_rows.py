"""Both readers of CSV find the same rows, in the same tables, and refuse the same files."""

from __future__ import annotations

import tempfile
from pathlib import Path
from unittest import mock

from hypothesis import example, given, settings
from hypothesis import strategies as st

from processing_scripts.errors import FileError
from processing_scripts.reading import tables
from processing_scripts.reading.plain import NotPlainError

CELLS = st.text(alphabet='ab1. \u00a0\x1f\u00e9"', max_size=3)
ROWS = st.lists(CELLS, min_size=3, max_size=3).map(",".join)
LINES = ROWS | ROWS | ROWS | st.sampled_from(["", " ", ",,", " , ,\t", "1,2", "1,2,3,4", "#"])
ENCODINGS = st.sampled_from(["utf-8", "cp1252"])
ENDS = st.sampled_from(["\n", "\n", "\r\n", "\r"])


def read(path: Path, rows: int | None) -> list[object]:
    found: list[object] = []
    try:
        for table in tables.read_tables(path, recognise=lambda header: len({*header} & {"x", "y", "z"}), rows=rows):
            columns = [column.each(column.different) for column in table.columns]
            found.append((table.header, columns, table.lines))
    except FileError as error:
        found.append(str(error))
    return found


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(LINES, ENDS), max_size=9), st.none() | st.integers(1, 4), ENCODINGS)
@example([("1,2,3", "\n"), ("", "\n"), ("4,5,6", "\n")], None, "utf-8")
@example([("1,2,3", "\r\n"), ("4,5,6", "\r\n"), ("", "\r\n"), ("7,8", "\r\n")], 1, "utf-8")
def test_both_readers_find_the_same_rows(lines: list[tuple[str, str]], rows: int | None, encoding: str) -> None:
    text = "x,y,z\n" + "".join(line + end for line, end in lines)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        path.write_bytes(text.encode(encoding))
        with mock.patch.object(tables, "plain_rows", side_effect=NotPlainError):
            expected = read(path, rows)
        assert read(path, rows) == expected
        with mock.patch("processing_scripts.reading.plain._BLOCK_BYTES", 4):
            assert read(path, rows) == expected
