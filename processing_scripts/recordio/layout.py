"""Dense records of one matrix: all of the same length, and the same bytes everywhere but where the numbers stand.

So a matrix is written by putting the numbers into copies of a template, and read by comparing with the template and
taking them out, thousands of records at a time.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processing_scripts.recordio import schema
from processing_scripts.recordio.frames import HEADER_SIZE, frame
from processing_scripts.recordio.wire import field

_TENSOR_NUMBERS = {dtype: number for number, dtype in schema.TENSORS.items()}


class Vector(NamedTuple):
    """The numbers of one record, its features or its labels: their type, and how many."""

    dtype: np.dtype[Any]
    size: int


@dataclass(frozen=True)
class Layout:
    """Where things stand in each record.

    Attributes
    ----------
    features, labels
        What stands there; ``labels`` is None if there are none.
    template
        A whole frame, its numbers zero.
    features_at, labels_at
        Which bytes of the frame the numbers are.
    """

    features: Vector
    labels: Vector | None
    template: NDArray[np.uint8]
    features_at: slice
    labels_at: slice

    def compose(self, features: NDArray[Any], labels: NDArray[Any] | None) -> bytes:
        """Write arrays of shape (rows, columns) and (rows, labels): copies of the template with the numbers put in."""
        # They go straight into the bytes that are returned, which BytesIO copies neither on the way in nor, once no
        # array looks into it any more, on the way out: to take new memory costs more than all the rest.
        file = io.BytesIO(self.template.tobytes() * len(features))
        self._put(np.frombuffer(file.getbuffer(), np.uint8).reshape(-1, self.template.size), features, labels)
        return file.getvalue()

    def take(self, frames: NDArray[np.uint8]) -> tuple[NDArray[Any], NDArray[Any] | None]:
        """Take the numbers out of frames: features of shape (rows, columns), labels of shape (rows, labels) or None."""
        labels = None if self.labels is None else _take(frames, self.labels_at, self.labels)
        return _take(frames, self.features_at, self.features), labels

    def frames_at(self, data: bytes, position: int) -> NDArray[np.uint8]:
        """Find how many whole frames from a position on have this layout: an array of shape (rows, bytes)."""
        size = self.template.size
        if not data.startswith(self.template[: self.features_at.start].tobytes(), position):
            return np.empty((0, size), np.uint8)
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
            step *= 2
        return frames[:alike]

    def _put(self, frames: NDArray[np.uint8], features: NDArray[Any], labels: NDArray[Any] | None) -> None:
        _put(frames, self.features_at, features, self.features)
        if labels is not None and self.labels is not None:
            _put(frames, self.labels_at, labels, self.labels)

    def _count_alike(self, frames: NDArray[np.uint8]) -> int:
        """Count the frames before the first one that is not of this layout."""
        between = slice(self.features_at.stop, self.labels_at.start)
        alike = len(frames)
        for constant in (slice(0, self.features_at.start), between, slice(self.labels_at.stop, None)):
            unlike = frames[:alike, constant] != self.template[constant]
            if unlike.any():
                alike = int(unlike.any(axis=1).argmax())
        return alike


def lay_out(features: Vector, labels: Vector | None) -> Layout:
    """Find the layout of dense records as Google's protobuf package serializes them.

    Both vectors are of the types that :mod:`processing_scripts.recordio.schema` knows with a fixed size: float32 and
    float64.
    """
    payload = _map_entry(schema.FEATURES, features)
    features_end = labels_end = HEADER_SIZE + len(payload)
    if labels is not None:
        payload += _map_entry(schema.LABEL, labels)
        labels_end = HEADER_SIZE + len(payload)
    return Layout(
        features,
        labels,
        template=np.frombuffer(frame(payload), np.uint8),
        features_at=slice(features_end - _size(features), features_end),
        labels_at=slice(labels_end - (_size(labels) if labels else 0), labels_end),
    )


def _map_entry(number: int, vector: Vector) -> bytes:
    """Serialize a map's only entry, its numbers zero; they are its last bytes."""
    numbers = bytes(_size(vector))
    tensor = field(schema.VALUES, numbers) if numbers else b""
    value = field(_TENSOR_NUMBERS[vector.dtype], tensor)
    return field(number, field(schema.KEY, schema.NAME) + field(schema.VALUE, value))


def _size(vector: Vector) -> int:
    return vector.dtype.itemsize * vector.size


def _put(frames: NDArray[np.uint8], at: slice, numbers: NDArray[Any], vector: Vector) -> None:
    if vector.size:
        contiguous = np.ascontiguousarray(numbers, vector.dtype).view(np.uint8)
        _items(frames[:, at])[:] = _items(contiguous)


def _take(frames: NDArray[np.uint8], at: slice, vector: Vector) -> NDArray[Any]:
    if not vector.size:
        return np.empty((len(frames), 0), vector.dtype)
    return np.ascontiguousarray(_items(frames[:, at])).view(vector.dtype)


def _items(content: NDArray[np.uint8]) -> NDArray[np.void]:
    """See the bytes of a row as one item, for numpy copies an item in one go but bytes one by one."""
    return content.view((np.void, content.shape[1]))
