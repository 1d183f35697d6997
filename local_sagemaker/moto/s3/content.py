"""The bytes of a stored object: a file that is opened when they are wanted, and not before."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class FileValue:
    """What moto keeps an object's bytes in, over a file: as much of a binary file as moto uses.

    It holds no descriptor, so thousands of objects cost no files and no memory.
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
        """The position."""
        return self._position

    def read(self, size: int = -1) -> bytes:
        """The next bytes, or all that follow."""
        with self.path.open("rb") as file:
            file.seek(self._position)
            block = file.read(size)
        self._position += len(block)
        return block

    def close(self) -> None:
        """Nothing is open."""

    def __iter__(self) -> Any:
        with self.path.open("rb") as file:
            yield from file
