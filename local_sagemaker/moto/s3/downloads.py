"""Downloads of large objects, block by block; moto would load the whole object for every range."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

LARGE = 8 * 1024 * 1024
"""The size in bytes from which an object is large; S3 clients request ranges from about this size."""
_BLOCK = 1024 * 1024
# Any other query parameter requests more than the bytes.
_PLAIN_QUERY = {"x-id", "versionId"}

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


def is_plain_download(environ: Environ) -> bool:
    """Whether a request to S3 is for the bytes of an object and nothing else."""
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    return environ["REQUEST_METHOD"] == "GET" and query.keys() <= _PLAIN_QUERY


def version_of(environ: Environ) -> str | None:
    """The version in a request."""
    versions: list[str] = parse_qs(environ.get("QUERY_STRING", "")).get("versionId", [])
    return versions[0] if versions else None


def send(path: Path, environ: Environ, start_response: StartResponse, s3: Application) -> Iterable[bytes] | None:
    """Send a file, or a range of it, with the status and headers of S3's response to HEAD.

    Returns None, and sends nothing, if S3's response is not the bytes.
    """
    answered: list[Any] = []
    for _ in s3({**environ, "REQUEST_METHOD": "HEAD"}, lambda *status_and_headers: answered.extend(status_and_headers)):
        pass
    status, headers = answered[0], dict(answered[1])
    if not status.startswith("20"):
        return None
    span = re.fullmatch(r"bytes (\d+)-(\d+)/\d+", headers.get("content-range", ""))
    begin, end = (int(span[1]), int(span[2]) + 1) if span else (0, path.stat().st_size)
    start_response(status, list(headers.items()))
    return _blocks(path, begin, end)


def _blocks(path: Path, begin: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(begin)
        while (left := end - file.tell()) > 0:
            yield file.read(min(_BLOCK, left))
