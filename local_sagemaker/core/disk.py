"""The disk of the state directory when it is full or fails: work fails with one sentence, and continues when it can."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from local_sagemaker.core.errors import StateDirectoryError

RESERVE = 1024 * 1024
"""The free bytes below which the service starts nothing: it needs some to record how running work ended."""
_FULL = (errno.ENOSPC, errno.EDQUOT)
_BROKEN = (errno.EIO, errno.EROFS)


def is_full(directory: Path) -> bool:
    """Whether a disk has less than the reserve."""
    return shutil.disk_usage(directory).free < RESERVE


def sentence(directory: Path) -> str:
    """The problem of a full disk, and what to do."""
    return f"The disk of the state directory {directory} is full: free some space, and run it again."


def is_problem(error: BaseException) -> bool:
    """Whether an error of the operating system is one of the disk, or of the user's quota of it."""
    return isinstance(error, OSError) and error.errno in (*_FULL, *_BROKEN)


def problem(error: BaseException, directory: Path) -> str | None:
    """The problem of the disk and what to do; None for any other error."""
    if not isinstance(error, OSError) or not is_problem(error):
        return None
    if error.errno in _FULL:
        return sentence(directory)
    return (
        f"The disk of the state directory {directory} fails ({error.strerror}): repair it, or use another "
        "directory, and run it again."
    )


@contextmanager
def problems_reported(directory: Path) -> Iterator[None]:
    """Raise StateDirectoryError with the problem instead of an error of the disk."""
    try:
        yield
    except OSError as error:
        reason = problem(error, directory)
        if reason is None:
            raise
        raise StateDirectoryError(reason) from error


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file for its owner only, which gets its name when it is complete; nothing is left of an incomplete one."""
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - with its mode from the start
            yield file
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
