"""The layouts of a file's records, learned from those that were read in full."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from numpy.typing import NDArray

from processing_scripts.recordio.frames import HEADER_SIZE, Window, frame
from processing_scripts.recordio.layout import Layout, Vector
from processing_scripts.recordio.records import Numbers, Row

_MOST: Final = 64
"""A file whose records have more lengths than this is not remembered whole."""


class Rows(NamedTuple):
    """Successive records: features of shape (rows, columns), labels of shape (rows, labels) or None, size in bytes."""

    features: NDArray[Any]
    labels: NDArray[Any] | None
    size: int


class Layouts:
    """What is known of a file, by the headers of its frames: the lengths of its records."""

    def __init__(self) -> None:
        self._known: dict[bytes, Layout] = {}

    def learn(self, row: Row, payload: bytes) -> None:
        """Remember the layout of a record, if its numbers have a place."""
        features, labels = _vector(row.features), _vector(row.labels)
        if features is None or (labels is None) != (row.labels is None):
            return
        if len(self._known) == _MOST:
            self._known.clear()
        framed = frame(payload)
        meaningless = (slice(HEADER_SIZE + place.start, HEADER_SIZE + place.stop) for place in row.meaningless)
        self._known[framed[:HEADER_SIZE]] = Layout(framed, features, labels, tuple(meaningless))

    def take(self, window: Window) -> Rows | None:
        """Read at once the records from here on that have one layout, if it is known; the window stays where it is."""
        layout = self._known.get(window.data[window.position : window.position + HEADER_SIZE])
        if layout is None:
            return None
        frames = layout.frames_at(window.data, window.position)
        return Rows(*layout.take(frames), frames.size) if len(frames) else None


def _vector(numbers: Numbers | None) -> Vector | None:
    if numbers is None or numbers.place is None:
        return None
    return Vector(numbers.values.dtype, numbers.values.size, HEADER_SIZE + numbers.place.start)
