"""Checksums of objects and parts, block by block; moto computes them from the whole body in memory."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

Blocks = Iterable[bytes]
_HASHES = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256}


def of_upload(
    algorithm: str | None, kind: str | None, parts: Sequence[Callable[[], Blocks]]
) -> tuple[str, str, int] | None:
    """The type, the value and the number of parts of a multipart upload's checksum, as moto's key stores them.

    None without an algorithm, or if its library is not installed. ``parts`` return their blocks.
    """
    if algorithm is None or _of(algorithm, [b""]) is None:
        return None
    kind = kind or ("FULL_OBJECT" if algorithm == "CRC64NVME" else "COMPOSITE")
    if kind == "COMPOSITE":
        digests = [_of(algorithm, part()) or b"" for part in parts]
        return kind, _text(_of(algorithm, digests)), len(parts)
    return kind, _text(_of(algorithm, (block for part in parts for block in part()))), 1


def _of(algorithm: str, blocks: Blocks) -> bytes | None:
    if algorithm in _HASHES:
        digest = _HASHES[algorithm](usedforsecurity=False)
        for block in blocks:
            digest.update(block)
        return digest.digest()
    update = _cyclic(algorithm)
    if update is None:
        return None
    value = 0
    for block in blocks:
        value = update(block, value)
    return value.to_bytes(8 if algorithm == "CRC64NVME" else 4, "big")


def _cyclic(algorithm: str) -> Callable[[bytes, int], int] | None:
    if algorithm == "CRC32":
        return binascii.crc32
    try:
        from awscrt import checksums  # type: ignore[import-not-found]
    except ImportError:
        return None
    found: dict[str, Any] = {"CRC32C": checksums.crc32c, "CRC64NVME": checksums.crc64nvme}
    return found.get(algorithm)


def _text(value: bytes | None) -> str:
    return base64.b64encode(value or b"").decode()
