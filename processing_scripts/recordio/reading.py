"""Reading of RecordIO-protobuf into arrays."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing_scripts.recordio.errors import FrameError, MatrixError, MessageError, Problem
from processing_scripts.recordio.frames import HEADER_SIZE, Window, frame, frame_size
from processing_scripts.recordio.layout import Layout, Vector
from processing_scripts.recordio.records import Numbers, Row, parse_record

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, SupportsRead

Matrix = tuple[NDArray[Any], NDArray[Any] | None]
"""Features and labels, as :func:`loads` returns them."""

_MAX_LAYOUTS: Final = 64
"""Limit, beyond which all known layouts are discarded."""


def loads(data: ReadableBuffer) -> Matrix:
    """Read all records.

    Files of other writers are supported: tensors of float32, float64 and int32, dense or sparse, packed or not. A
    sparse row becomes dense, with 0 for missing keys. A tensor of several dimensions becomes one row. Features and
    labels not named ``values``, uid, metadata, configuration and unknown fields are ignored.

    Raises `FrameError` if a frame has an invalid magic number, length or padding, or is truncated. Raises
    `MessageError` if a payload is malformed or not a row of numbers. Raises `MatrixError` if a record has more or fewer
    features or labels than the first one.

    Returns
    -------
    tuple
        Features of shape (rows, columns); labels of shape (rows,), or (rows, labels) if records have several, or None
        if they have none. Both have the type of the records; if that is mixed, the smallest that contains all.
        Without records, the columns are unknown: features of shape (0, 0), float32, and None.
    """
    rows = list(_read_rows(Window(io.BytesIO(), bytes(data))))
    return _join(rows) if rows else (np.empty((0, 0), np.float32), None)


def read(file: SupportsRead[bytes], rows_per_chunk: int = 65_536) -> Iterator[Matrix]:
    """Read a binary file in chunks, with one chunk and a block of 4 MiB in memory.

    Raises `FrameError` or `MessageError` or `MatrixError` as for :func:`loads`, when the record is reached; earlier
    chunks were yielded. Raises `ValueError` if ``rows_per_chunk`` is less than 1.

    Parameters
    ----------
    file
        Any object with ``read(size)``: an open file, a pipe, the body of an S3 object. Read from its current
        position.
    rows_per_chunk
        Rows of every chunk except the last; at least 1.

    Yields
    ------
    tuple
        Features and labels as from :func:`loads`, each chunk with the type of its records; nothing if the file is
        empty.
    """
    if rows_per_chunk < 1:
        raise ValueError(f"rows_per_chunk must be at least 1, not {rows_per_chunk}.")
    return _read_chunks(file, rows_per_chunk)


def _read_chunks(file: SupportsRead[bytes], rows_per_chunk: int) -> Iterator[Matrix]:
    chunk: list[Matrix] = []
    missing = rows_per_chunk
    for features, labels in _read_rows(Window(file)):
        start = 0
        while start < len(features):
            part = slice(start, start + missing)
            chunk.append((features[part], None if labels is None else labels[part]))
            start += len(features[part])
            missing -= len(features[part])
            if not missing:
                yield _join(chunk)
                chunk, missing = [], rows_per_chunk
    if chunk:
        yield _join(chunk)


def _join(parts: Sequence[Matrix]) -> Matrix:
    """Concatenate successive records; single labels become one-dimensional."""
    features = _concatenate([features for features, _ in parts])
    labels = [labels for _, labels in parts if labels is not None]
    if not labels:
        return features, None
    joined = _concatenate(labels)
    return features, joined[:, 0] if joined.shape[1] == 1 else joined


def _concatenate(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


class _Rows(NamedTuple):
    """Successive records: features of shape (rows, columns), labels of shape (rows, labels) or None, size in bytes."""

    features: NDArray[Any]
    labels: NDArray[Any] | None
    size: int


class _Layouts:
    """The layouts of records that were parsed completely, by frame header, that is, by the length of the record."""

    def __init__(self) -> None:
        self._known: dict[bytes, Layout] = {}

    def add(self, row: Row, payload: bytes) -> None:
        """Add the layout of a record, unless its numbers are not contiguous."""
        features, labels = _vector(row.features), _vector(row.labels)
        if features is None or (labels is None) != (row.labels is None):
            return
        if len(self._known) == _MAX_LAYOUTS:
            self._known.clear()
        framed = frame(payload)
        meaningless = (slice(HEADER_SIZE + place.start, HEADER_SIZE + place.stop) for place in row.meaningless)
        self._known[framed[:HEADER_SIZE]] = Layout(framed, features, labels, tuple(meaningless))

    def read(self, window: Window) -> _Rows | None:
        """Return the next records if they have a known layout, without moving the window."""
        layout = self._known.get(window.data[window.position : window.position + HEADER_SIZE])
        if layout is None:
            return None
        frames = layout.frames_at(window.data, window.position)
        return _Rows(*layout.extract(frames), frames.size) if len(frames) else None


def _vector(numbers: Numbers | None) -> Vector | None:
    if numbers is None or numbers.place is None:
        return None
    return Vector(numbers.values.dtype, numbers.values.size, HEADER_SIZE + numbers.place.start)


def _read_rows(window: Window) -> Iterator[Matrix]:
    """Parse one record of each new layout completely; read all following records of known layouts at once."""
    layouts = _Layouts()
    first: Row | None = None
    index = 0
    while not window.at_end():
        rows = layouts.read(window)
        if rows is None:
            row, payload = _read_row(window, index)
            first = first or row
            _check_same_matrix(row, first, index, window.offset)
            layouts.add(row, payload)
            rows = layouts.read(window) or _one(row, payload)
        yield rows.features, rows.labels
        index += len(rows.features)
        window.advance(rows.size)


def _one(row: Row, payload: bytes) -> _Rows:
    labels = None if row.labels is None else row.labels.values[np.newaxis]
    return _Rows(row.features.values[np.newaxis], labels, frame_size(len(payload)))


def _read_row(window: Window, index: int) -> tuple[Row, bytes]:
    """Read the next record and its payload."""
    try:
        payload = window.payload()
    except Problem as problem:
        raise FrameError(index, window.offset, str(problem)) from None
    try:
        return parse_record(payload), payload
    except Problem as problem:
        raise MessageError(index, window.offset, str(problem)) from None


def _check_same_matrix(row: Row, first: Row, index: int, offset: int) -> None:
    for what, found, expected in (
        ("features", row.features.values.size, first.features.values.size),
        ("labels", _count(row.labels), _count(first.labels)),
    ):
        if found != expected:
            raise MatrixError(index, offset, f"it has {found} {what}, the records before it have {expected}")


def _count(labels: Numbers | None) -> int:
    return 0 if labels is None else labels.values.size
