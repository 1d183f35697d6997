"""Reading a process's output from a pipe in whole lines."""

import io
import time
from collections.abc import Iterator

_MAX_CHUNK_BYTES = 65536
_MAX_LINE_BYTES = 2**20
"""CloudWatch's limit of an event; a longer line, such as a progress bar without newlines, is cut there."""

_SMALL_CHUNK_BYTES, _PAUSE_SECONDS = 4096, 0.01
"""After a small chunk, pause for more output: waking up for each line would take a core from the writer."""


def whole_lines(output: io.FileIO) -> Iterator[str]:
    """Yield one or more whole lines at a time, until the last writer has closed the pipe.

    Every text ends with a newline, even if the writer left out the last one.
    """
    rest = bytearray()
    while chunk := _read(output):
        whole, newline, begun = chunk.rpartition(b"\n")
        if newline:
            yield (rest + whole + newline).decode("utf-8", "replace")
            rest.clear()
        rest += begun
        if len(rest) > _MAX_LINE_BYTES:
            yield rest.decode("utf-8", "replace") + "\n"
            rest.clear()
        if len(chunk) < _SMALL_CHUNK_BYTES:
            time.sleep(_PAUSE_SECONDS)
    if rest:
        yield rest.decode("utf-8", "replace") + "\n"


def _read(output: io.FileIO) -> bytes:
    try:
        return output.read(_MAX_CHUNK_BYTES) or b""
    except (ValueError, OSError):  # another thread has closed the process, and the pipe with it
        return b""
