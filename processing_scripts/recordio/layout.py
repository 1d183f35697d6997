"""The layout of the dense records of a matrix: the same length, and the same bytes except for the numbers.

A matrix is written by inserting the numbers into copies of a template, and read by comparing records with the template
and extracting the numbers, thousands of records at a time. That is a hundred times as fast as a protobuf message each.
"""

import ctypes
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing_scripts.recordio import schema
from processing_scripts.recordio.frames import HEADER_SIZE, frame
from processing_scripts.recordio.wire import field

_TENSOR_NUMBERS = {dtype: number for number, dtype in schema.TENSORS.items()}
_BLOCK_BYTES: Final = 2**18
"""Size of a block of records that fits in the processor's cache."""


class Vector(NamedTuple):
    """The features or the labels of a record: type, count, and offset in the frame."""

    dtype: np.dtype[Any]
    size: int
    begin: int = 0

    @property
    def place(self) -> slice:
        """The bytes of the numbers."""
        return slice(self.begin, self.begin + self.dtype.itemsize * self.size)


@dataclass(frozen=True)
class Layout:
    """The positions of the numbers in each record."""

    template: bytes
    """A complete frame."""
    features: Vector
    labels: Vector | None
    meaningless: tuple[slice, ...] = ()
    """Bytes that may differ between records, such as a uid."""

    def compose(self, features: NDArray[Any], labels: NDArray[Any] | None) -> bytes:
        """Write arrays of shape (rows, columns) and (rows, labels) as copies of the template with their numbers."""
        file = _uninitialized(len(features) * len(self.template))
        self._fill(np.frombuffer(file.getbuffer(), np.uint8).reshape(-1, len(self.template)), features, labels)
        # BytesIO returns its buffer without a copy, because no array refers to it any more.
        return file.getvalue()

    def extract(self, frames: NDArray[np.uint8]) -> tuple[NDArray[Any], NDArray[Any] | None]:
        """Return features of shape (rows, columns), and labels of shape (rows, labels) or None."""
        return _extract(frames, self.features), None if self.labels is None else _extract(frames, self.labels)

    def frames_at(self, data: bytes, position: int) -> NDArray[np.uint8]:
        """Return the complete frames from a position on that have this layout, of shape (rows, bytes)."""
        size = len(self.template)
        rows = (len(data) - position) // size
        frames = np.frombuffer(data, np.uint8, rows * size, position).reshape(rows, size)
        matching, step = 0, 1
        while matching < rows:
            group = frames[matching : matching + step]
            found = self._count_matching(group)
            matching += found
            if found < len(group):
                break
            # Doubled from 1: comparing all remaining frames after every record would take quadratic time in a file of
            # alternating layouts.
            step = min(2 * step, self._rows_per_block)
        return frames[:matching]

    def _fill(self, frames: NDArray[np.uint8], features: NDArray[Any], labels: NDArray[Any] | None) -> None:
        step = self._rows_per_block
        block = np.tile(np.frombuffer(self.template, np.uint8), (min(step, len(frames)), 1))
        numbers = [(_items(block[:, self.features.place]), _serialized(features, self.features))]
        if labels is not None and self.labels is not None:
            numbers.append((_items(block[:, self.labels.place]), _serialized(labels, self.labels)))
        for start in range(0, len(frames), step):
            part = frames[start : start + step]
            for places, items in numbers:
                places[: len(part)] = items[start : start + step]
            part[:] = block[: len(part)]

    @property
    def _rows_per_block(self) -> int:
        return max(1, _BLOCK_BYTES // len(self.template))

    @cached_property
    def _constants(self) -> list[tuple[slice, bytes]]:
        """The bytes that are the same in every record: neither numbers nor meaningless."""
        free = [vector.place for vector in (self.features, self.labels) if vector]
        return [(place, self.template[place]) for place in _between([*free, *self.meaningless], len(self.template))]

    def _count_matching(self, frames: NDArray[np.uint8]) -> int:
        """Count the frames before the first one with another layout."""
        matching = len(frames)
        for place, constant in self._constants:
            found = _items(frames[:matching, place]).tobytes()
            if found != constant * matching:
                width = len(constant)
                matching = next(row for row in range(matching) if not found.startswith(constant, row * width))
        return matching


def lay_out(features: Vector, labels: Vector | None) -> Layout:
    """Return the layout of dense records as Google's protobuf package serializes them, with all numbers zero.

    Both vectors are float32 or float64, the types of fixed size.
    """
    payload = _map_entry(schema.FEATURES, features)
    features = _ending(features, HEADER_SIZE + len(payload))
    if labels is not None:
        payload += _map_entry(schema.LABEL, labels)
        labels = _ending(labels, HEADER_SIZE + len(payload))
    return Layout(frame(payload), features, labels)


def _map_entry(number: int, vector: Vector) -> bytes:
    """Serialize the only entry of a map, which ends with its numbers, all zero."""
    numbers = bytes(vector.dtype.itemsize * vector.size)
    tensor = field(schema.VALUES, numbers) if numbers else b""
    value = field(_TENSOR_NUMBERS[vector.dtype], tensor)
    return field(number, field(schema.KEY, schema.NAME) + field(schema.VALUE, value))


def _ending(vector: Vector, end: int) -> Vector:
    return vector._replace(begin=end - vector.dtype.itemsize * vector.size)


def _between(places: Iterable[slice], end: int) -> list[slice]:
    """Return the gaps between slices of the first ``end`` bytes."""
    left, position = [], 0
    for place in sorted(places, key=lambda place: int(place.start)):
        left.append(slice(position, place.start))
        position = place.stop
    return [place for place in (*left, slice(position, end)) if place.start < place.stop]


def _serialized(numbers: NDArray[Any], vector: Vector) -> NDArray[np.void]:
    return _items(np.ascontiguousarray(numbers, vector.dtype).view(np.uint8))


def _extract(frames: NDArray[np.uint8], vector: Vector) -> NDArray[Any]:
    if not vector.size:
        return np.empty((len(frames), 0), vector.dtype)
    return _items(frames[:, vector.place]).copy().view(vector.dtype)


def _items(content: NDArray[np.uint8]) -> NDArray[np.void]:
    """View the bytes of a row as one item, which numpy copies at once instead of byte by byte."""
    return content.view((np.void, content.shape[1]))


def _uninitialized(size: int) -> io.BytesIO:
    """Return a file in memory with arbitrary bytes; overwrite all of them through ``getbuffer()``.

    ``getvalue()`` then returns the same memory as bytes, without a copy.
    """
    # The C API allows changing bytes as long as nothing else refers to them. bytes(size) would write zeros first, which
    # takes as long as writing the content.
    allocate: Any = ctypes.pythonapi.PyBytes_FromStringAndSize
    allocate.restype, allocate.argtypes = ctypes.py_object, (ctypes.c_char_p, ctypes.c_ssize_t)
    return io.BytesIO(allocate(None, size))
