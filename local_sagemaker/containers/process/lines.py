"""What a process writes into a pipe, in whole lines."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

_MOST_BYTES = 65536
_LONGEST_LINE = 2**20
"""CloudWatch's limit of an event; a longer line, such as a progress bar without an end, is cut there."""

_FEW_BYTES, _PAUSE_SECONDS = 4096, 0.01
"""Of output that comes line by line a little more is waited for: taking up each line takes a core from the writer."""


def whole_lines(output: io.FileIO) -> Iterator[str]:
    """Yield what is written, one or more whole lines at a time, until nobody is left who could write.

    Every text ends with a newline, also the last one where the writer left it out.
    """
    rest = bytearray()
    while chunk := _read(output):
        whole, newline, begun = chunk.rpartition(b"\n")
        if newline:
            yield (rest + whole + newline).decode("utf-8", "replace")
            rest.clear()
        rest += begun
        if len(rest) > _LONGEST_LINE:
            yield rest.decode("utf-8", "replace") + "\n"
            rest.clear()
        if len(chunk) < _FEW_BYTES:
            time.sleep(_PAUSE_SECONDS)
    if rest:
        yield rest.decode("utf-8", "replace") + "\n"


def _read(output: io.FileIO) -> bytes:
    try:
        return output.read(_MOST_BYTES) or b""
    except (ValueError, OSError):  # The pipe is closed under it when a process is given up.
        return b""
