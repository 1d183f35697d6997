"""Dense records of one matrix: all of the same length, and the same bytes everywhere but where the numbers stand.

So a matrix is written by putting the numbers into copies of a template, and read by comparing with the template and
taking them out, thousands of records at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing_scripts.recordio import schema
from processing_scripts.recordio.frames import HEADER_SIZE, frame
from processing_scripts.recordio.memory import unfilled
from processing_scripts.recordio.wire import field

_TENSOR_NUMBERS = {dtype: number for number, dtype in schema.TENSORS.items()}
_BLOCK_BYTES: Final = 2**18
"""As many records at a time as stay in a processor's cache while they are worked on."""


class Vector(NamedTuple):
    """The numbers of one record, its features or its labels: their type, how many, and at which byte they begin."""

    dtype: np.dtype[Any]
    size: int
    begin: int = 0

    @property
    def place(self) -> slice:
        """Which bytes they are."""
        return slice(self.begin, self.begin + self.dtype.itemsize * self.size)


@dataclass(frozen=True)
class Layout:
    """Where things stand in each record.

    Attributes
    ----------
    template
        A whole frame.
    features, labels
        What numbers stand in it, and where; ``labels`` is None if there are none.
    meaningless
        Bytes that may be anything, such as a uid.
    """

    template: bytes
    features: Vector
    labels: Vector | None
    meaningless: tuple[slice, ...] = ()

    def compose(self, features: NDArray[Any], labels: NDArray[Any] | None) -> bytes:
        """Write arrays of shape (rows, columns) and (rows, labels): copies of the template with the numbers put in."""
        file = unfilled(len(features) * len(self.template))
        self._fill(np.frombuffer(file.getbuffer(), np.uint8).reshape(-1, len(self.template)), features, labels)
        # BytesIO gives its bytes away without copying them, for no array looks into them any more.
        return file.getvalue()

    def take(self, frames: NDArray[np.uint8]) -> tuple[NDArray[Any], NDArray[Any] | None]:
        """Take the numbers out of frames: features of shape (rows, columns), labels of shape (rows, labels) or None."""
        return _take(frames, self.features), None if self.labels is None else _take(frames, self.labels)

    def frames_at(self, data: bytes, position: int) -> NDArray[np.uint8]:
        """Find how many whole frames from a position on have this layout: an array of shape (rows, bytes)."""
        size = len(self.template)
        rows = (len(data) - position) // size
        frames = np.frombuffer(data, np.uint8, rows * size, position).reshape(rows, size)
        alike, step = 0, 1
        while alike < rows:
            group = frames[alike : alike + step]
            found = self._count_alike(group)
            alike += found
            if found < len(group):
                break
            # Doubled, for comparing all that follows after every record would make a mixed file quadratic.
            step = min(2 * step, self._rows_per_block)
        return frames[:alike]

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
        """What is the same in every record: everything that is neither a number nor meaningless."""
        free = [vector.place for vector in (self.features, self.labels) if vector]
        return [(place, self.template[place]) for place in _between([*free, *self.meaningless], len(self.template))]

    def _count_alike(self, frames: NDArray[np.uint8]) -> int:
        """Count the frames before the first one that is not of this layout."""
        alike = len(frames)
        for place, constant in self._constants:
            found = _items(frames[:alike, place]).tobytes()
            if found != constant * alike:
                width = len(constant)
                alike = next(row for row in range(alike) if not found.startswith(constant, row * width))
        return alike


def lay_out(features: Vector, labels: Vector | None) -> Layout:
    """Find the layout of dense records as Google's protobuf package serializes them, their numbers zero.

    Both vectors are of the types that :mod:`processing_scripts.recordio.schema` knows with a fixed size: float32 and
    float64.
    """
    payload = _map_entry(schema.FEATURES, features)
    features = _ending(features, HEADER_SIZE + len(payload))
    if labels is not None:
        payload += _map_entry(schema.LABEL, labels)
        labels = _ending(labels, HEADER_SIZE + len(payload))
    return Layout(frame(payload), features, labels)


def _map_entry(number: int, vector: Vector) -> bytes:
    """Serialize a map's only entry, its numbers zero; they are its last bytes."""
    numbers = bytes(vector.dtype.itemsize * vector.size)
    tensor = field(schema.VALUES, numbers) if numbers else b""
    value = field(_TENSOR_NUMBERS[vector.dtype], tensor)
    return field(number, field(schema.KEY, schema.NAME) + field(schema.VALUE, value))


def _ending(vector: Vector, end: int) -> Vector:
    return vector._replace(begin=end - vector.dtype.itemsize * vector.size)


def _between(places: Iterable[slice], end: int) -> list[slice]:
    """Find what several places leave of so many bytes."""
    left, position = [], 0
    for place in sorted(places, key=lambda place: int(place.start)):
        left.append(slice(position, place.start))
        position = place.stop
    return [place for place in (*left, slice(position, end)) if place.start < place.stop]


def _serialized(numbers: NDArray[Any], vector: Vector) -> NDArray[np.void]:
    return _items(np.ascontiguousarray(numbers, vector.dtype).view(np.uint8))


def _take(frames: NDArray[np.uint8], vector: Vector) -> NDArray[Any]:
    if not vector.size:
        return np.empty((len(frames), 0), vector.dtype)
    return _items(frames[:, vector.place]).copy().view(vector.dtype)


def _items(content: NDArray[np.uint8]) -> NDArray[np.void]:
    """See the bytes of a row as one item, for numpy copies an item in one go but bytes one by one."""
    return content.view((np.void, content.shape[1]))
