"""Uploads straight into an object's file: large bodies, which moto would copy in memory several times, and forms.

The parts of a multipart upload are joined on disk, too.

moto handles the request without its body. Its backend and its keys get the file in the place of the bytes.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

from local_sagemaker.moto.s3 import checksums
from local_sagemaker.moto.s3.object_files import BLOCK, ObjectFiles
from local_sagemaker.moto.s3.object_versions import FileValue

SMALLEST = 1024 * 1024
"""The size in bytes from which a body goes straight into a file."""
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_PLAIN_QUERY = {"x-id", "uploadId", "partNumber"}

_incoming: ContextVar[Path | None] = ContextVar("incoming", default=None)
_joined: ContextVar[ObjectFiles | None] = ContextVar("joined", default=None)


class _PartValue(FileValue):
    """A part of an upload, whose file goes with it."""

    def close(self) -> None:
        """Delete the file."""
        self.path.unlink(missing_ok=True)


def is_upload(environ: dict[str, Any], key: str) -> bool:
    """Whether a request is PutObject or UploadPart with a large body, or the content type of a form."""
    algorithm = environ.get("HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM")
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    return (
        bool(key)
        and environ["REQUEST_METHOD"] == "PUT"
        # moto takes the content of a form for its fields.
        and (int(environ.get("CONTENT_LENGTH") or 0) >= SMALLEST or environ.get("CONTENT_TYPE", "").startswith(_FORMS))
        and {name for name in query if not _is_of_presigned_url(name)} <= _PLAIN_QUERY
        # moto computes a checksum that is not in a header from the body.
        and (algorithm is None or f"HTTP_X_AMZ_CHECKSUM_{algorithm.upper()}" in environ)
    )


def _is_of_presigned_url(name: str) -> bool:
    return name.lower().startswith(("x-amz-", "content-")) or name in ("AWSAccessKeyId", "Signature", "Expires")


def without_body(environ: dict[str, Any]) -> dict[str, Any]:
    """The request that moto handles."""
    return {**environ, "wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "0"}


@contextmanager
def joined_in(files: ObjectFiles) -> Iterator[None]:
    """Join the parts of the upload that this thread completes in moto in one of the files."""
    token = _joined.set(files)
    try:
        with in_place_of_body(None):
            yield
    finally:
        _joined.reset(token)


@contextmanager
def in_place_of_body(path: Path | None) -> Iterator[None]:
    """Give the file to the next object or part that this thread stores in moto."""
    token = _incoming.set(path)
    try:
        yield
    finally:
        unused = _incoming.get()
        if unused is not None:  # moto has refused the request
            unused.unlink()
        _incoming.reset(token)


def serve() -> None:
    """Make moto's keys take a file as their bytes, and its uploads join their parts in one."""
    from moto.s3.models import FakeKey, FakeMultipart

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
    complete_by_moto = FakeMultipart.complete
    FakeMultipart.complete = lambda upload, body: _complete(upload, body, complete_by_moto)  # type: ignore[method-assign, assignment]


def _complete(upload: Any, listed: Iterator[tuple[int, str]], by_moto: Any) -> Any:
    """Complete an upload: moto checks the parts without their bytes, and the file of the object gets those."""
    files = _joined.get()
    if files is None:
        return by_moto(upload, listed)
    named = list(listed)
    light = {
        number: SimpleNamespace(etag=part.etag, contentsize=part.contentsize, value=b"")
        for number, part in upload.parts.items()
    }
    _, etag, _ = by_moto(SimpleNamespace(metadata=upload.metadata, parts=light), iter(named))
    parts = [partial(_blocks_of, upload.parts[number]) for number, _ in named]
    path, _ = files.write(block for part in parts for block in part())
    _incoming.set(path)
    given = upload.metadata.get
    return b"", etag, checksums.of_upload(given("x-amz-checksum-algorithm"), given("x-amz-checksum-type"), parts)


def _blocks_of(part: Any) -> Iterator[bytes]:
    part._value_buffer.seek(0)
    while block := part._value_buffer.read(BLOCK):
        yield block
