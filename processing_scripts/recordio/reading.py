"""RecordIO-protobuf to arrays."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing_scripts.recordio.errors import FrameError, MatrixError, MessageError, Problem
from processing_scripts.recordio.frames import Window, frame_size
from processing_scripts.recordio.layout import Layout, Vector, lay_out
from processing_scripts.recordio.records import Row, parse_record

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, SupportsRead

Matrix = tuple[NDArray[Any], NDArray[Any] | None]
"""Features and labels, as :func:`loads` returns them."""


class _Rows(NamedTuple):
    """Successive records: features of shape (rows, columns), labels of shape (rows, labels) or None."""

    features: NDArray[Any]
    labels: NDArray[Any] | None

    def part(self, rows: slice) -> _Rows:
        return _Rows(self.features[rows], None if self.labels is None else self.labels[rows])


def loads(data: ReadableBuffer) -> Matrix:
    """Read all records.

    Reads what others write, too: tensors of float32, float64 and int32, dense or sparse, packed or not. A sparse row
    comes back dense, with 0 in the places its keys leave out. A tensor of several dimensions comes back as one row.
    Features and labels not named ``values``, uid, metadata, configuration and unknown fields are passed over.

    Returns
    -------
    tuple
        Features of shape (rows, columns); labels of shape (rows,), or (rows, labels) if records have several, or None
        if they have none. Both are of the type their records have; where that is mixed, of the smallest that holds
        all. Without any record the columns are unknown: features of shape (0, 0), float32, and None.

    Raises
    ------
    FrameError
        A frame has a wrong magic number, length or padding, or is cut off.
    MessageError
        A payload is malformed, or is not a row of numbers.
    MatrixError
        A record has more or fewer features or labels than the first one.
    """
    rows = list(_read_rows(io.BytesIO(data)))
    return _join(rows) if rows else (np.empty((0, 0), np.float32), None)


def read(file: SupportsRead[bytes], rows_per_chunk: int = 65_536) -> Iterator[Matrix]:
    """Read a binary file in chunks, holding one chunk and a block of 4 MiB in memory, never the file.

    Parameters
    ----------
    file
        Anything with a ``read(size)`` that gives bytes: an open file, a pipe, the body of an S3 object. It is read
        from where it stands.
    rows_per_chunk
        Rows of every chunk but the last, which has what is left; at least 1.

    Yields
    ------
    tuple
        Features and labels as from :func:`loads`, each chunk of the type its own records have; nothing if the file is
        empty.

    Raises
    ------
    FrameError, MessageError, MatrixError
        As for :func:`loads`, when the record is come to; chunks before it have been given out.
    ValueError
        ``rows_per_chunk`` is less than 1.
    """
    if rows_per_chunk < 1:
        raise ValueError(f"rows_per_chunk must be at least 1, not {rows_per_chunk}.")
    return _read_chunks(file, rows_per_chunk)


def _read_chunks(file: SupportsRead[bytes], rows_per_chunk: int) -> Iterator[Matrix]:
    chunk: list[_Rows] = []
    missing = rows_per_chunk
    for rows in _read_rows(file):
        start = 0
        while start < len(rows.features):
            part = rows.part(slice(start, start + missing))
            chunk.append(part)
            start += len(part.features)
            missing -= len(part.features)
            if not missing:
                yield _join(chunk)
                chunk, missing = [], rows_per_chunk
    if chunk:
        yield _join(chunk)


def _join(parts: Sequence[_Rows]) -> Matrix:
    features = np.concatenate([part.features for part in parts])
    labels = [part.labels for part in parts if part.labels is not None]
    if not labels:
        return features, None
    joined = np.concatenate(labels)
    return features, joined[:, 0] if joined.shape[1] == 1 else joined


def _read_rows(file: SupportsRead[bytes]) -> Iterator[_Rows]:
    """Read one record in full, then at once all that follow and differ from it in their numbers only."""
    window = Window(file)
    index = 0
    first: Row | None = None
    layout: Layout | None = None
    while not window.at_end():
        row, size = _read_row(window, index)
        first = first or row
        _check_same_matrix(row, first, index, window.offset)
        layout = _layout_of(row, layout)
        frames = layout.frames_at(window.data, window.position) if layout else np.empty((0, 0), np.uint8)
        if layout and len(frames):
            yield _Rows(*layout.take(frames))
        else:
            yield _Rows(row.features[np.newaxis], None if row.labels is None else row.labels[np.newaxis])
        index += max(1, len(frames))
        window.advance(frames.size or size)


def _read_row(window: Window, index: int) -> tuple[Row, int]:
    """Read the next record, and say how many bytes its frame has."""
    try:
        payload = window.payload()
    except Problem as problem:
        raise FrameError(index, window.offset, str(problem)) from None
    try:
        return parse_record(payload), frame_size(len(payload))
    except Problem as problem:
        raise MessageError(index, window.offset, str(problem)) from None


def _layout_of(row: Row, known: Layout | None) -> Layout | None:
    """Find the layout that records like this have if they are dense, None if their numbers have no fixed size."""
    features = Vector(row.features.dtype, row.features.size)
    labels = None if row.labels is None else Vector(row.labels.dtype, row.labels.size)
    if known and (known.features, known.labels) == (features, labels):
        return known
    if any(vector.dtype.kind != "f" for vector in (features, labels) if vector):
        return None
    return lay_out(features, labels)


def _check_same_matrix(row: Row, first: Row, index: int, offset: int) -> None:
    for what, found, expected in (
        ("features", row.features.size, first.features.size),
        ("labels", _count(row.labels), _count(first.labels)),
    ):
        if found != expected:
            raise MatrixError(index, offset, f"it has {found} {what}, the records before it have {expected}")


def _count(labels: NDArray[Any] | None) -> int:
    return 0 if labels is None else labels.size
