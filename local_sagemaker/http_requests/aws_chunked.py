"""Bodies in AWS's chunks, as its SDKs for Java, Go and C++ send them to S3.

Over HTTP each chunk is signed. Its signature covers the one before, from that of the request's headers on, so that no
chunk can be changed, left out or moved. See "Signature calculations for the Authorization header: transferring payload
in multiple chunks" in the reference of S3's API.
"""

import hmac
import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import IO

SIGNED = ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")
"""The values of ``x-amz-content-sha256`` for signed chunks, without and with headers at the end."""
_CHUNK = re.compile(rb"([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?\r\n")
_TRAILER_SIGNATURE = "x-amz-trailer-signature"
_LONGEST_LINE = 256
_LONGEST_TRAILER = 16 * 1024
_BLOCK = 1024 * 1024
_EMPTY = sha256().hexdigest()


class BadChunkError(ValueError):
    """The body is not in whole chunks, or the signature of one is wrong."""


def content(
    body: IO[bytes], trailer: dict[str, str], check: Callable[[str, str], None] | None = None
) -> Iterator[bytes]:
    """The content of a body, block by block; then ``trailer`` gets the headers after the last chunk.

    ``check(signature, digest)`` may refuse a chunk by its SHA-256. Raises BadChunkError.
    """
    size = -1
    while size != 0:
        begin = _CHUNK.fullmatch(body.readline(_LONGEST_LINE))
        if begin is None:
            raise BadChunkError("a chunk does not begin with its size")
        left = size = int(begin[1], 16)
        digest = sha256()
        while left:
            block = body.read(min(left, _BLOCK))
            if not block:
                raise BadChunkError("the last chunk is not whole")
            yield block
            digest.update(block)
            left -= len(block)
        if size and body.read(2) != b"\r\n":
            raise BadChunkError("a chunk is longer than its size")
        if check is not None:
            check((begin[2] or b"").decode(), digest.hexdigest())
    for line in body.read(_LONGEST_TRAILER).decode("latin-1").splitlines():
        name, _, value = line.partition(":")
        if name.strip():
            trailer[name.strip().lower()] = value.strip()


def is_signed(
    body: IO[bytes], length: str, seed: str, scope: str, sign: Callable[[str], str], *, has_trailer: bool
) -> bool:
    """Whether all chunks of a body are whole and signed; the body is rewound.

    Parameters
    ----------
    length
        The declared number of bytes in all chunks.
    seed
        The signature of the request's headers.
    scope
        The time of the request and the scope of its credential, one a line.
    sign
        Signs a text with the key of the request.
    has_trailer
        Whether headers follow the last chunk; they have a signature of their own.
    """
    signature = seed

    def check(given: str, digest: str) -> None:
        nonlocal signature
        signature = sign(f"AWS4-HMAC-SHA256-PAYLOAD\n{scope}\n{signature}\n{_EMPTY}\n{digest}")
        if not hmac.compare_digest(signature, given):
            raise BadChunkError("the signature of a chunk is wrong")

    trailer: dict[str, str] = {}
    try:
        total = sum(map(len, content(body, trailer, check)))
    except BadChunkError:
        return False
    finally:
        body.seek(0)
    if not has_trailer:
        return length == str(total) and not trailer
    given = trailer.pop(_TRAILER_SIGNATURE, "")
    canonical = "".join(f"{name}:{value}\n" for name, value in sorted(trailer.items()))
    expected = sign(f"AWS4-HMAC-SHA256-TRAILER\n{scope}\n{signature}\n{sha256(canonical.encode()).hexdigest()}")
    return length == str(total) and hmac.compare_digest(expected.encode(), given.encode())
