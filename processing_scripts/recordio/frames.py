"""RecordIO's framing: every payload between a header and the padding to a multiple of four bytes.

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
"""Bytes. Where a length has one of its three upper bits set, the frame holds a part of a record (MXNet writes such)."""

_HEADER = struct.Struct("<II")
HEADER_SIZE: Final = _HEADER.size
_BLOCK_BYTES = 4 * 2**20


def frame(payload: bytes) -> bytes:
    """Put a payload into its frame."""
    return _HEADER.pack(MAGIC, len(payload)) + payload + bytes(-len(payload) % 4)


class Window:
    """The part of a file that is in memory: at most a block, or a record if that is longer.

    Parameters
    ----------
    file
        Is read from where it stands.
    data
        What was before that, if it is in memory already.

    Attributes
    ----------
    data
        The bytes in memory.
    position
        Where in ``data`` the next record begins.
    offset
        Where in the file the next record begins, in bytes from where reading began.
    """

    def __init__(self, file: SupportsRead[bytes], data: bytes = b"") -> None:
        self._file = file
        self.data = data
        self.position = 0
        self.offset = 0

    def at_end(self) -> bool:
        """Tell whether no byte is left."""
        return self._fill(1) == 0

    def payload(self) -> bytes:
        """Read the next record's payload; the window stays where it is.

        Raises
        ------
        Problem
            The frame is wrong or cut off.
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
            raise Problem(f"the header is cut off after {present} of {HEADER_SIZE} bytes")
        length = _HEADER.unpack_from(self.data, self.position)[1]
        if length > LONGEST_PAYLOAD:
            raise Problem(f"the length is {length}, which is a record in several parts or no length at all")
        return self._framed(length)

    def advance(self, size: int) -> None:
        """Move on by a number of bytes that are in memory."""
        self.position += size
        self.offset += size

    def _framed(self, length: int) -> bytes:
        size = frame_size(length)
        present = self._fill(size)
        if present < size:
            needed = f"{length} bytes of payload and {size - length - HEADER_SIZE} of padding"
            raise Problem(f"it is cut off: {needed} are announced, {present - HEADER_SIZE} bytes are left")
        start = self.position + HEADER_SIZE
        if any(self.data[start + length : self.position + size]):
            raise Problem(f"the padding after {length} bytes of payload is not zero, so the length is wrong")
        return self.data[start : start + length]

    def _fill(self, size: int) -> int:
        """Have so many bytes in memory from the position on, and say how many there are: fewer only at the end."""
        present = len(self.data) - self.position
        if present < size:
            blocks = [self.data[self.position :]]
            while present < size and (block := self._file.read(max(size - present, _BLOCK_BYTES))):
                blocks.append(block)
                present += len(block)
            self.data, self.position = b"".join(blocks), 0
        return present


def frame_size(length: int) -> int:
    """Size of the frame of a payload of so many bytes, in bytes."""
    return HEADER_SIZE + length + -length % 4
