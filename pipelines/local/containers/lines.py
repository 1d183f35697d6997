"""What a process writes into a pipe, in whole lines."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

_MOST_BYTES = 65536
_FEW_BYTES, _PAUSE_SECONDS = 4096, 0.01
"""Of output that comes line by line a little more is waited for: taking up each line takes a core from the writer."""


def whole_lines(output: io.FileIO) -> Iterator[str]:
    """Yield what is written, one or more whole lines at a time, until nobody is left who could write.

    Every text ends with a newline, also the last one where the writer left it out.
    """
    rest = b""
    while chunk := output.read(_MOST_BYTES):
        whole, newline, rest = (rest + chunk).rpartition(b"\n")
        if newline:
            yield (whole + newline).decode("utf-8", "replace")
        if len(chunk) < _FEW_BYTES:
            time.sleep(_PAUSE_SECONDS)
    if rest:
        yield rest.decode("utf-8", "replace") + "\n"
