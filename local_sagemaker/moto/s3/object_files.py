"""The files in which the bytes of objects lie, each under a name of its own that never changes its content."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections import deque
from collections.abc import Iterable
from pathlib import Path

BLOCK = 1024 * 1024
"""Bytes that are held in memory at once."""
# A file that is no longer an object's stays for a while, since someone may just be about to read it.
_SECONDS_OF_GRACE = 30.0


class ObjectFiles:
    """A folder of such files."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._dropped: deque[tuple[float, str]] = deque()
        directory.mkdir(parents=True, exist_ok=True)

    def path(self, name: str) -> Path:
        """Where a file is."""
        return self._directory / name[:2] / name

    def write(self, blocks: Iterable[bytes]) -> tuple[Path, str]:
        """A new file with these bytes, which has its name when it is whole; and their MD5, which is S3's ETag."""
        path = self.path(uuid.uuid4().hex)
        path.parent.mkdir(exist_ok=True)
        partial = path.with_suffix(".partial")
        digest = hashlib.md5(usedforsecurity=False)
        with partial.open("wb") as file:
            for block in blocks:
                digest.update(block)
                file.write(block)
        partial.rename(path)
        return path, digest.hexdigest()

    def drop(self, names: Iterable[str]) -> None:
        """Remove files that are no longer an object's, after a while."""
        now = time.monotonic()
        self._dropped.extend((now + _SECONDS_OF_GRACE, name) for name in names)
        while self._dropped and self._dropped[0][0] <= now:
            self.path(self._dropped.popleft()[1]).unlink(missing_ok=True)

    def sweep(self, known: set[str]) -> None:
        """Remove every file but these: what was dropped, and what the end of a process cut short."""
        for path in self._directory.glob("*/*"):
            if path.name not in known:
                path.unlink()
