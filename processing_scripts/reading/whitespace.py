"""Tables whose cells are separated by runs of spaces and tabs, read as tables with a tab between cells.

Blanks in quotation marks belong to a cell, and those around a row to none. Each line stays one line, so that messages
have the file's numbers of lines.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

TAB = "\t"
_BLANKS = re.compile("[ \t]+")


def with_tabs(lines: Iterable[str]) -> Iterator[str]:
    """Yield each line with one tab between two cells."""
    for line in lines:
        parts = line.strip(" \t\r\n").split('"')
        parts[::2] = [_BLANKS.sub(TAB, part) for part in parts[::2]]  # the others are in quotation marks
        yield '"'.join(parts) + "\n"


class BytesWithTabs(io.RawIOBase):
    """The lines of a text as a stream of UTF-8 bytes with tabs, which reads as much of the text as it is asked for."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._lines = with_tabs(text)
        self._left = b""

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill a buffer, and return the number of bytes; 0 at the end."""
        view = memoryview(buffer).cast("B")
        pieces, size = [self._left], len(self._left)
        while size < len(view) and (line := next(self._lines, None)) is not None:
            pieces.append(line.encode())
            size += len(pieces[-1])
        content = b"".join(pieces)
        count = min(size, len(view))
        view[:count], self._left = content[:count], content[count:]
        return count

    def close(self) -> None:
        """Close the text, too."""
        self._text.close()
        super().close()
