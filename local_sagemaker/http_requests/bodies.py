"""Bodies of requests: read once, completely, and kept on disk where they are large."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from werkzeug.wsgi import get_input_stream

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
    spooled = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(folder))  # noqa: SIM115 - the request closes it
    body = cast("IO[bytes]", spooled)
    try:
        for block in blocks_of(environ):
            body.write(block)
    except BaseException:
        body.close()
        raise
    environ["CONTENT_LENGTH"] = str(body.tell())
    environ["wsgi.input"] = body
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ.pop("wsgi.input_terminated", None)
    body.seek(0)
    return body
