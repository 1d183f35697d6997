"""The framing of RecordIO: each payload has a header before it and zeros after it, up to a multiple of four bytes."""

import struct
from collections.abc import Iterator

_MAGIC = 0xCED7230A
_HEADER = struct.Struct("<II")
HEADER_BYTES = _HEADER.size


class RecordIOError(ValueError):
    """The bytes are not RecordIO, or their records are not those of ``aialgs.data``."""


def payload_length(header: bytes) -> int | None:
    """The number of bytes that a header announces; None if it is no whole header, or lacks the magic number."""
    if len(header) < HEADER_BYTES:
        return None
    magic, length = _HEADER.unpack(header)
    return int(length) if magic == _MAGIC else None


def padded(length: int) -> int:
    """The number of bytes that a payload takes with its padding."""
    return -(-length // 4) * 4


def frames(data: bytes) -> Iterator[bytes]:
    """Yield the payloads of a sequence of frames; ignore a rest that is too short for a header, as the container does.

    Raises RecordIOError if a frame does not begin with the magic number, or is truncated.
    """
    position = 0
    while position + HEADER_BYTES <= len(data):
        length = payload_length(data[position : position + HEADER_BYTES])
        if length is None:
            raise RecordIOError(f"Invalid RecordIO magic at offset {position}")
        position += HEADER_BYTES
        if position + padded(length) > len(data):
            raise RecordIOError(f"Truncated record at offset {position}")
        yield data[position : position + length]
        position += padded(length)


def frame(payload: bytes) -> bytes:
    """Put one payload into a frame."""
    return _HEADER.pack(_MAGIC, len(payload)) + payload.ljust(padded(len(payload)), b"\0")
