"""The bytes of a stored object, in a file that is open only during a read."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class FileValue:
    """The part of the interface of binary files that moto uses for an object's bytes.

    It holds no file descriptor, so thousands of objects use no descriptors and no memory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._position = 0

    def seek(self, position: int, whence: int = 0) -> int:
        """Move to a position from the start (0), from here (1) or from the end (2)."""
        base = (0, self._position, self.path.stat().st_size if whence == 2 else 0)[whence]
        self._position = base + position
        return self._position

    def tell(self) -> int:
        """The current position."""
        return self._position

    def read(self, size: int = -1) -> bytes:
        """The next bytes, by default all."""
        with self.path.open("rb") as file:
            file.seek(self._position)
            block = file.read(size)
        self._position += len(block)
        return block

    def close(self) -> None:
        """Do nothing, because no file is open."""

    def __iter__(self) -> Any:
        with self.path.open("rb") as file:
            yield from file
