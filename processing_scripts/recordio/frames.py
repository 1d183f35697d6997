"""RecordIO framing: a header before each payload, and padding to a multiple of four bytes after it.

A header is two little-endian unsigned 32-bit integers: the magic number 0xCED7230A and the payload's length.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from processing_scripts.recordio.errors import Problem

if TYPE_CHECKING:
    from _typeshed import SupportsRead

MAGIC: Final = 0xCED7230A
LONGEST_PAYLOAD: Final = 2**29 - 1
"""Bytes. The upper three bits of a length mark a frame with a part of a record, which MXNet writes."""

_HEADER = struct.Struct("<II")
HEADER_SIZE: Final = _HEADER.size
_BLOCK_BYTES = 4 * 2**20


def frame(payload: bytes) -> bytes:
    """Return the frame of a payload."""
    return _HEADER.pack(MAGIC, len(payload)) + payload + bytes(-len(payload) % 4)


class Window:
    """The part of a file that is in memory: at most a block, or one longer record.

    The file is read from its current position; ``data`` are bytes before it that are in memory already.
    """

    def __init__(self, file: SupportsRead[bytes], data: bytes = b"") -> None:
        self._file = file
        self.data = data
        self.position = 0
        """Start of the next record in ``data``."""
        self.offset = 0
        """Start of the next record in the file, in bytes from the start of reading."""

    def at_end(self) -> bool:
        """Return whether no byte is left."""
        return self._fill(1) == 0

    def payload(self) -> bytes:
        """Return the payload of the next record without moving the window.

        Raises `Problem` if the frame is invalid or truncated.
        """
        present = self._fill(HEADER_SIZE)
        magic = self.data[self.position : self.position + 4]
        if magic != MAGIC.to_bytes(4, "little")[: len(magic)]:
            found = int.from_bytes(magic, "little")
            raise Problem(
                f"the magic number is 0x{found:08X}, not 0x{MAGIC:08X}; "
                "the file is not RecordIO, or the length of the record before is wrong"
            )
        if present < HEADER_SIZE:
            raise Problem(f"the header is truncated after {present} of {HEADER_SIZE} bytes")
        length = _HEADER.unpack_from(self.data, self.position)[1]
        if length > LONGEST_PAYLOAD:
            raise Problem(f"the length is {length}, which is a record in several parts or not a length")
        return self._framed(length)

    def advance(self, size: int) -> None:
        """Move the window by a number of bytes that are in memory."""
        self.position += size
        self.offset += size

    def _framed(self, length: int) -> bytes:
        size = frame_size(length)
        present = self._fill(size)
        if present < size:
            needed = f"{length} bytes of payload and {size - length - HEADER_SIZE} of padding"
            raise Problem(f"it is truncated: {needed} are expected, {present - HEADER_SIZE} bytes are left")
        start = self.position + HEADER_SIZE
        if any(self.data[start + length : self.position + size]):
            raise Problem(f"the padding after {length} bytes of payload is not zero, so the length is wrong")
        return self.data[start : start + length]

    def _fill(self, size: int) -> int:
        """Load ``size`` bytes from the position on; return how many are in memory, fewer at the end only."""
        present = len(self.data) - self.position
        if present < size:
            blocks = [self.data[self.position :]]
            while present < size and (block := self._file.read(max(size - present, _BLOCK_BYTES))):
                blocks.append(block)
                present += len(block)
            self.data, self.position = b"".join(blocks), 0
        return present


def frame_size(length: int) -> int:
    """Return the size of the frame of a payload of this length, in bytes."""
    return HEADER_SIZE + length + -length % 4
