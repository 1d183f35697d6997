"""Bodies of requests: read once, completely, and kept on disk where they are large."""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, cast

from werkzeug.wsgi import get_input_stream

from local_sagemaker.http_requests import aws_chunked

IN_MEMORY = 1024 * 1024
"""The size in bytes up to which a body is in memory."""
_BLOCK = 1024 * 1024


class BadBodyError(Exception):
    """The body of a request ended early, came too late, or has bad chunks."""


def blocks_of(environ: dict[str, Any]) -> Iterator[bytes]:
    """The blocks of a body as they arrive; raises BadBodyError or ClientDisconnected."""
    stream = get_input_stream(environ)
    while True:
        try:
            block = stream.read(_BLOCK)
        except (OSError, ValueError) as error:
            raise BadBodyError(str(error)) from error
        if not block:
            return
        yield block


def receive(environ: dict[str, Any], folder: Path) -> IO[bytes]:
    """Read the body of a request, and put it in the place of the connection.

    A slow client then never holds a lock, and every reader finds the whole body. The file has no name, so that it is
    gone when it is closed, or this process dies.
    """
    body = _replace(environ, blocks_of(environ), folder)
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ.pop("wsgi.input_terminated", None)
    return body


def decode(environ: dict[str, Any], folder: Path) -> IO[bytes]:
    """Put the content of a received body in its place if it is in AWS's chunks; raises BadBodyError.

    moto's own decoding stores zeros if the chunks are signed.
    """
    if not environ.get("HTTP_X_AMZ_CONTENT_SHA256", "").startswith("STREAMING-"):
        return cast("IO[bytes]", environ["wsgi.input"])
    trailer: dict[str, str] = {}
    try:
        body = _replace(environ, aws_chunked.content(environ["wsgi.input"], trailer), folder)
    except aws_chunked.BadChunkError as error:
        raise BadBodyError(str(error)) from error
    encodings = [each.strip() for each in environ.pop("HTTP_CONTENT_ENCODING", "").split(",")]
    if others := [each for each in encodings if each not in ("", "aws-chunked")]:
        environ["HTTP_CONTENT_ENCODING"] = ",".join(others)
    environ.pop("HTTP_X_AMZ_DECODED_CONTENT_LENGTH", None)
    environ["HTTP_X_AMZ_CONTENT_SHA256"] = "UNSIGNED-PAYLOAD"  # the signature was verified before
    for name, value in trailer.items():
        if name.startswith("x-amz-checksum-"):
            environ.setdefault(f"HTTP_{name.upper().replace('-', '_')}", value)
    return body


def _replace(environ: dict[str, Any], blocks: Iterable[bytes], folder: Path) -> IO[bytes]:
    spooled = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(folder))  # noqa: SIM115 - the request closes it
    body = cast("IO[bytes]", spooled)
    try:
        for block in blocks:
            body.write(block)
    except BaseException:
        body.close()
        raise
    environ["CONTENT_LENGTH"] = str(body.tell())
    environ["wsgi.input"] = body
    body.seek(0)
    return body
