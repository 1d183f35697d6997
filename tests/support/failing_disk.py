"""A disk that is full or fails, by fault injection into the opening of files."""

from __future__ import annotations

import contextlib
import errno
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

ERRORS = (errno.ENOSPC, errno.EIO)
SENTENCE = "The disk of the state directory .* (is full: free some space|fails .*: repair it)"


class _FailingFile(io.FileIO):
    """A file on a disk that takes half of what is written, as a disk does that fills up."""

    error: int

    def write(self, data: Any) -> int:
        content = data.encode() if isinstance(data, str) else bytes(data)
        super().write(content[: len(content) // 2])
        raise OSError(self.error, os.strerror(self.error), self.name)


@contextlib.contextmanager
def failing(part: str, error: int) -> Iterator[None]:
    """Let files be opened for writing, and fail at the first write, where their path contains a part."""
    really_open = open

    def opened(file: Any, mode: str = "r", *more: Any, **named: Any) -> Any:
        path = str(Path(f"/proc/self/fd/{file}").readlink() if isinstance(file, int) else file)
        if part not in path or not set(mode) & set("wax+"):
            return really_open(file, mode, *more, **named)
        failing_file = _FailingFile(file, mode.replace("b", ""))
        failing_file.error = error
        return failing_file

    with patch("builtins.open", opened), patch.object(Path, "open", opened):
        yield


def names_below(folder: Path) -> set[str]:
    """The files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
