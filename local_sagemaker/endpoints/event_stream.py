"""AWS's event stream encoding (``application/vnd.amazon.eventstream``), as far as a streamed response needs it.

A message is its total length, the length of its headers and a checksum of these two; the headers; the payload; and a
checksum of everything before it. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html
"""

import struct
from binascii import crc32
from collections.abc import Iterator, Mapping

CONTENT_TYPE = "application/vnd.amazon.eventstream"
LONGEST_PART = 128 * 1024
_STRING = 7
_OVERHEAD = 16


def in_parts(body: bytes) -> bytes:
    """A body as a stream of ``PayloadPart`` events."""
    headers = {":message-type": "event", ":event-type": "PayloadPart", ":content-type": "application/octet-stream"}
    return b"".join(_message(headers, part) for part in _parts(body))


def _parts(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), LONGEST_PART):
        yield body[start : start + LONGEST_PART]


def _message(headers: Mapping[str, str], payload: bytes) -> bytes:
    encoded = b"".join(_header(name.encode(), value.encode()) for name, value in headers.items())
    prelude = struct.pack("!II", _OVERHEAD + len(encoded) + len(payload), len(encoded))
    message = prelude + struct.pack("!I", crc32(prelude)) + encoded + payload
    return message + struct.pack("!I", crc32(message))


def _header(name: bytes, value: bytes) -> bytes:
    return struct.pack("!B", len(name)) + name + struct.pack("!BH", _STRING, len(value)) + value
