"""Large objects go out as files are read, block by block: moto would hold each of them in memory for every range."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

LARGE = 8 * 1024 * 1024
"""Bytes from which an object is large; S3's clients ask for ranges from about this size on."""
_BLOCK = 1024 * 1024
# Anything else asks for more than the bytes.
_PLAIN_QUERY = {"x-id", "versionId"}

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def is_plain_download(environ: Environ) -> bool:
    """Whether a request to S3 asks for the bytes of an object and nothing else."""
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    return environ["REQUEST_METHOD"] == "GET" and query.keys() <= _PLAIN_QUERY


def version_of(environ: Environ) -> str | None:
    """The version that a request asks for."""
    versions: list[str] = parse_qs(environ.get("QUERY_STRING", "")).get("versionId", [])
    return versions[0] if versions else None


def send(path: Path, environ: Environ, start_response: Callable[..., Any], s3: Application) -> Iterable[bytes] | None:
    """Answer with (a range of) a file, with the status and headers that S3 gives to a HEAD of it.

    Answers None, having sent nothing, where S3 answers with anything but the bytes.
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
