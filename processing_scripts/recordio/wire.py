"""The protobuf wire format: the fields of a message, and variable-length numbers.

The source is "Encoding" in the documentation of Protocol Buffers.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from processing_scripts.recordio.errors import Problem

VARINT: Final = 0
FIXED64: Final = 1
LENGTH: Final = 2
FIXED32: Final = 5
_GROUP: Final = 3
_END_OF_GROUP: Final = 4

_FIXED_SIZES = {FIXED32: 4, FIXED64: 8}
_VARINT_BYTES = 10
_LARGEST_FIELD_NUMBER = 2**29 - 1


Field = tuple[int, int, int, int]
"""A field in a message: its number, its wire type, and the start and end of its content."""


def field(number: int, content: bytes) -> bytes:
    """Encode a length-delimited field: a string, a message, or packed numbers."""
    return _encode_varint(number << 3 | LENGTH) + _encode_varint(len(content)) + content


def fields(message: bytes, parts: Sequence[slice]) -> Iterator[Field]:
    """Yield the fields of a message, one level deep; a message in several parts is their concatenation.

    Raises `Problem` if the bytes are not a protobuf message.
    """
    for part in parts:
        position: int = part.start
        while position < part.stop:
            number, wire_type, position = _tag(message, position, part.stop)
            start, position = _extent(message, position, part.stop, number, wire_type)
            yield number, wire_type, start, position


def varints(contents: Sequence[bytes]) -> NDArray[np.uint64]:
    """Decode consecutive variable-length numbers, packed or one per field.

    Raises `Problem` if the last number of a field is truncated, or a number is longer than ten bytes.
    """
    joined = b"".join(contents)
    if joined.isascii():  # every number is one byte, below 0x80
        return np.frombuffer(joined, np.uint8).astype(np.uint64)
    if any(content[-1:] >= b"\x80" for content in contents):
        raise Problem("a packed number is truncated")
    data = np.frombuffer(joined, np.uint8)
    ends = np.flatnonzero(data < 0x80) + 1
    starts = np.concatenate([[0], ends[:-1]])
    sizes = ends - starts
    if sizes.max() > _VARINT_BYTES:
        raise Problem(f"a packed number is longer than {_VARINT_BYTES} bytes")
    # A number has seven bits per byte, lowest first. Shifting every byte of all numbers to its place at once, and
    # adding up those between two starts, decodes a million numbers without a loop.
    place = np.arange(data.size) - np.repeat(starts, sizes)
    return np.add.reduceat((data & 0x7F).astype(np.uint64) << (7 * place).astype(np.uint64), starts)


def fixed(contents: Sequence[bytes], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Decode fixed-size numbers, packed or one per field.

    Raises `Problem` if the bytes are not a multiple of the size.
    """
    for content in contents:
        if len(content) % dtype.itemsize:
            raise Problem(f"{len(content)} bytes of packed numbers are not a multiple of {dtype.itemsize}")
    return np.frombuffer(bytearray().join(contents), dtype)


def _tag(message: bytes, position: int, stop: int) -> tuple[int, int, int]:
    """Read a field's number and wire type; return them with the next position."""
    tag, position = _varint(message, position, stop)
    number, wire_type = tag >> 3, tag & 7
    if not 1 <= number <= _LARGEST_FIELD_NUMBER:
        raise Problem(f"{number} is not a field number of protobuf")
    return number, wire_type, position


def _extent(message: bytes, position: int, stop: int, number: int, wire_type: int) -> tuple[int, int]:
    """Return the start and end of a field's content."""
    if wire_type == VARINT:
        return position, _varint(message, position, stop)[1]
    if wire_type == _GROUP:
        return position, _end_of_group(message, position, stop, number)
    if wire_type == LENGTH:
        size, position = _varint(message, position, stop)
    elif wire_type in _FIXED_SIZES:
        size = _FIXED_SIZES[wire_type]
    else:
        raise Problem(f"field {number} has wire type {wire_type}, which is invalid here")
    if size > stop - position:
        raise Problem(f"field {number} has a length of {size} bytes, but {stop - position} are left in its message")
    return position, position + size


def _end_of_group(message: bytes, position: int, stop: int, number: int) -> int:
    """Skip a group, a construct of proto2, including nested groups."""
    open_groups = [number]
    while open_groups:
        number, wire_type, position = _tag(message, position, stop)
        if wire_type == _GROUP:
            open_groups.append(number)
        elif wire_type != _END_OF_GROUP:
            _, position = _extent(message, position, stop, number, wire_type)
        elif number != open_groups.pop():
            raise Problem(f"group {number} ends without a start")
    return position


def _varint(message: bytes, position: int, stop: int) -> tuple[int, int]:
    """Read a number; return it with the next position."""
    if position < stop and message[position] < 0x80:
        return message[position], position + 1
    value = 0
    for place, byte in enumerate(message[position : min(stop, position + _VARINT_BYTES)]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, position + place + 1
    raise Problem("a number is truncated, or longer than ten bytes")


def _encode_varint(value: int) -> bytes:
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
