"""Dense records of one matrix: all of the same length, and the same bytes everywhere but where the numbers stand.

So a matrix is written by laying the numbers over a template, and read by comparing with the template and lifting them
off, thousands of records at a time.
"""

from __future__ import annotations

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

    def compose(self, features: NDArray[Any], labels: NDArray[Any] | None) -> NDArray[np.uint8]:
        """Write rows: arrays of shape (rows, columns) and (rows, labels) give frames of shape (rows, bytes)."""
        frames = np.empty((len(features), self.template.size), np.uint8)
        frames[:] = self.template
        frames[:, self.features_at] = _as_bytes(features, self.features)
        if labels is not None and self.labels is not None:
            frames[:, self.labels_at] = _as_bytes(labels, self.labels)
        return frames

    def lift_features(self, frames: NDArray[np.uint8]) -> NDArray[Any]:
        """Read the features of frames: of shape (rows, columns)."""
        return _as_numbers(frames[:, self.features_at], self.features)

    def lift_labels(self, frames: NDArray[np.uint8]) -> NDArray[Any] | None:
        """Read the labels of frames: of shape (rows, labels), None if there are none."""
        return _as_numbers(frames[:, self.labels_at], self.labels) if self.labels else None

    def frames_at(self, data: bytes, position: int) -> NDArray[np.uint8]:
        """Find how many whole frames from a position on have this layout: an array of shape (rows, bytes)."""
        size = self.template.size
        if not data.startswith(self.template[: self.features_at.start].tobytes(), position):
            return np.empty((0, size), np.uint8)
        rows = (len(data) - position) // size
        frames = np.frombuffer(data, np.uint8, rows * size, position).reshape(rows, size)
        alike, step = 0, 1
        # Doubling the step, for comparing all that follows after every record would make a mixed file quadratic.
        while alike < rows:
            same = self._fits(frames[alike : alike + step])
            if not same.all():
                return frames[: alike + int(same.argmin())]
            alike, step = alike + same.size, step * 2
        return frames

    def _fits(self, frames: NDArray[np.uint8]) -> NDArray[np.bool_]:
        between = slice(self.features_at.stop, self.labels_at.start)
        constant = slice(0, self.features_at.start), between, slice(self.labels_at.stop, None)
        fits: NDArray[np.bool_] = np.ones(len(frames), np.bool_)
        for part in constant:
            fits &= (frames[:, part] == self.template[part]).all(axis=1)
        return fits


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


def _as_bytes(numbers: NDArray[Any], vector: Vector) -> NDArray[np.uint8]:
    contiguous = np.ascontiguousarray(numbers, vector.dtype)
    return contiguous.reshape(-1).view(np.uint8).reshape(len(numbers), _size(vector))


def _as_numbers(content: NDArray[np.uint8], vector: Vector) -> NDArray[Any]:
    contiguous = np.ascontiguousarray(content)
    return contiguous.reshape(-1).view(vector.dtype).reshape(len(content), vector.size)
