"""The disk of the state directory when it is full: work fails with one sentence, and continues when there is space."""

import errno
import shutil
from pathlib import Path

RESERVE = 1024 * 1024
"""The free bytes below which the service starts nothing: it needs some to record how running work ended."""
_ERRORS = (errno.ENOSPC, errno.EDQUOT)


def is_full(directory: Path) -> bool:
    """Whether a disk has less than the reserve."""
    return shutil.disk_usage(directory).free < RESERVE


def reports_full(error: BaseException) -> bool:
    """Whether an error of the operating system says that the disk, or the user's quota of it, is full."""
    return isinstance(error, OSError) and error.errno in _ERRORS


def sentence(directory: Path) -> str:
    """The problem and what to do."""
    return f"The disk of the state directory {directory} is full: free some space, and run it again."
