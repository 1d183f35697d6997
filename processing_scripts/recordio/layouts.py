"""The known layouts of a file, from records that were parsed completely."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from numpy.typing import NDArray

from processing_scripts.recordio.frames import HEADER_SIZE, Window, frame
from processing_scripts.recordio.layout import Layout, Vector
from processing_scripts.recordio.records import Numbers, Row

_MAX_LAYOUTS: Final = 64
"""Limit, beyond which all known layouts are discarded."""


class Rows(NamedTuple):
    """Successive records: features of shape (rows, columns), labels of shape (rows, labels) or None, size in bytes."""

    features: NDArray[Any]
    labels: NDArray[Any] | None
    size: int


class Layouts:
    """The known layouts by frame header, that is, by the length of the record."""

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

    def read(self, window: Window) -> Rows | None:
        """Return the next records if they have a known layout, without moving the window."""
        layout = self._known.get(window.data[window.position : window.position + HEADER_SIZE])
        if layout is None:
            return None
        frames = layout.frames_at(window.data, window.position)
        return Rows(*layout.extract(frames), frames.size) if len(frames) else None


def _vector(numbers: Numbers | None) -> Vector | None:
    if numbers is None or numbers.place is None:
        return None
    return Vector(numbers.values.dtype, numbers.values.size, HEADER_SIZE + numbers.place.start)
