"""The files of a table: those of a folder, and the rows of a CSV file as texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from processing_scripts.dataset_file.model import WHITESPACE
from processing_scripts.reading.whitespace import TAB, BytesWithTabs

if TYPE_CHECKING:
    from pyarrow import csv

BLOCK_BYTES = 4 * 2**20
"""Bytes of a CSV file that are read at once; a record must be shorter."""


def visible_files(folder: Path) -> list[Path]:
    """Return the files below a folder by name, without hidden ones and what tools leave there, such as ``_SUCCESS``."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)]


def open_rows(
    path: Path,
    names: Sequence[str],
    *,
    encoding: str,
    separator: str,
    skipped: int,
    wanted: Sequence[str] = (),
    quoted: bool = True,
    block_bytes: int = BLOCK_BYTES,
) -> csv.CSVStreamingReader:
    """Read a CSV file in batches of texts, none of which is null.

    Parameters
    ----------
    separator
        A character, or ``whitespace``.
    names
        Of all columns, in their order.
    skipped
        Lines before the first row.
    wanted
        The columns to return, in this order; all if empty.
    quoted
        Whether cells may be in quotation marks, and then contain separators and ends of lines.

    Raises ``pyarrow.ArrowInvalid``, here or while it is read, if the file is no table.
    """
    import pyarrow as pa  # only who reads a file waits for it
    from pyarrow import csv

    source: Path | BytesWithTabs = path
    if separator == WHITESPACE:
        source, encoding, separator = BytesWithTabs(path.open(encoding=encoding, newline="")), "utf-8", TAB
    return csv.open_csv(
        source,
        csv.ReadOptions(
            column_names=list(names),
            skip_rows=skipped,
            block_size=block_bytes,
            encoding="utf8" if encoding in {"utf-8", "utf-8-sig"} else encoding,
        ),
        csv.ParseOptions(delimiter=separator, quote_char='"' if quoted else False, newlines_in_values=quoted),
        csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), include_columns=list(wanted), strings_can_be_null=False
        ),
    )
