"""The framing of RecordIO: every payload between a header and the padding to a multiple of four bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_MAGIC = 0xCED7230A
_HEADER = struct.Struct("<II")


class RecordIOError(ValueError):
    """The bytes are not RecordIO, or their records are not those of ``aialgs.data``."""


def frames(data: bytes) -> Iterator[bytes]:
    """The payloads in a sequence of frames.

    Raises
    ------
    RecordIOError
        A frame does not begin with the magic number, or is cut off.
    """
    position = 0
    while position + _HEADER.size <= len(data):
        magic, length = _HEADER.unpack_from(data, position)
        if magic != _MAGIC:
            raise RecordIOError(f"Invalid RecordIO magic at offset {position}")
        position += _HEADER.size
        padded = -(-length // 4) * 4
        if position + padded > len(data):
            raise RecordIOError(f"Truncated record at offset {position}")
        yield data[position : position + length]
        position += padded


def frame(payload: bytes) -> bytes:
    """One payload in its frame."""
    return _HEADER.pack(_MAGIC, len(payload)) + payload + b"\0" * (-len(payload) % 4)
