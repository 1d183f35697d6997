"""Uploads of large bodies: straight into an object's file, because moto would copy them in memory several times.

moto handles the request without its body. Its backend and its keys get the file in the place of the bytes.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from local_sagemaker.moto.s3.object_versions import FileValue

SMALLEST = 1024 * 1024
"""The size in bytes from which a body goes straight into a file."""
_PLAIN_QUERY = {"x-id", "uploadId", "partNumber"}

_incoming: ContextVar[Path | None] = ContextVar("incoming", default=None)


class _PartValue(FileValue):
    """A part of an upload, whose file goes with it."""

    def close(self) -> None:
        """Delete the file."""
        self.path.unlink(missing_ok=True)


def is_upload(environ: dict[str, Any], key: str) -> bool:
    """Whether a request is PutObject or UploadPart with a large body that is stored as it was sent."""
    algorithm = environ.get("HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM")
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    return (
        bool(key)
        and environ["REQUEST_METHOD"] == "PUT"
        and int(environ.get("CONTENT_LENGTH") or 0) >= SMALLEST
        and {name for name in query if not _is_of_presigned_url(name)} <= _PLAIN_QUERY
        and not environ.get("HTTP_X_AMZ_CONTENT_SHA256", "").startswith("STREAMING-")
        # moto computes a checksum that is not in a header from the body.
        and (algorithm is None or f"HTTP_X_AMZ_CHECKSUM_{algorithm.upper()}" in environ)
    )


def _is_of_presigned_url(name: str) -> bool:
    return name.lower().startswith(("x-amz-", "content-")) or name in ("AWSAccessKeyId", "Signature", "Expires")


def without_body(environ: dict[str, Any]) -> dict[str, Any]:
    """The request that moto handles."""
    return {**environ, "wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "0"}


@contextmanager
def in_place_of_body(path: Path) -> Iterator[None]:
    """Give the file to the next object or part that this thread stores in moto."""
    token = _incoming.set(path)
    try:
        yield
    finally:
        if _incoming.get() is not None:  # moto has refused the request
            path.unlink()
        _incoming.reset(token)


def serve() -> None:
    """Make moto's keys take a file as their bytes."""
    from moto.s3.models import FakeKey

    by_moto = FakeKey.value
    if getattr(by_moto.fset, "takes_files", False):  # type: ignore[attr-defined]
        return

    def take(key: Any, value: bytes) -> None:
        path = _incoming.get()
        if path is None or value:
            by_moto.fset(key, value)  # type: ignore[attr-defined]
            return
        _incoming.set(None)
        key._value_buffer.close()
        is_part = isinstance(key.name, int)
        key._value_buffer = _PartValue(path) if is_part else FileValue(path)
        key.contentsize = path.stat().st_size

    take.takes_files = True  # type: ignore[attr-defined]
    FakeKey.value = property(by_moto.fget, take)  # type: ignore[assignment, attr-defined]
