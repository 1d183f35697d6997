"""The files that contain the bytes of objects; the content of a file name never changes."""

import hashlib
import time
import uuid
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from local_sagemaker.core import disk

BLOCK = 1024 * 1024
"""The number of bytes in memory at once."""
# An unused file stays for a while, because a client may be about to read it.
_SECONDS_OF_GRACE = 30.0


class ObjectFiles:
    """The folder of these files."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._dropped: deque[tuple[float, str]] = deque()
        directory.mkdir(parents=True, exist_ok=True)

    def path(self, name: str) -> Path:
        """The path of a file."""
        return self._directory / name[:2] / name

    def write(self, blocks: Iterable[bytes]) -> tuple[Path, str]:
        """Write a new file, renamed into place when complete; returns its path and its MD5, which is S3's ETag."""
        path = self.path(uuid.uuid4().hex)
        path.parent.mkdir(exist_ok=True)
        digest = hashlib.md5(usedforsecurity=False)
        with disk.whole_file(path) as file:
            for block in blocks:
                digest.update(block)
                file.write(block)
        return path, digest.hexdigest()

    def drop(self, names: Iterable[str]) -> None:
        """Delete files that no object uses, after a while."""
        now = time.monotonic()
        self._dropped.extend((now + _SECONDS_OF_GRACE, name) for name in names)
        while self._dropped and self._dropped[0][0] <= now:
            self.path(self._dropped.popleft()[1]).unlink(missing_ok=True)

    def sweep(self, known: set[str]) -> None:
        """Delete all other files: unused ones, and ones that the end of a process left incomplete."""
        for path in self._directory.glob("*/*"):
            if path.name not in known:
                path.unlink()
