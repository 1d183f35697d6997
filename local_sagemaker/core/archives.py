"""Safe extraction of tar archives."""

import errno
import tarfile
from pathlib import Path
from typing import Any

from local_sagemaker.core.errors import PathError
from local_sagemaker.core.paths import below

_BLOCK = 4096
"""The bytes of the smallest file or folder on a disk."""
_LONGEST_HEADER = 1024 * 1024
_HEADERS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)


class TooLargeError(OSError):
    """An archive contains more than its volume can hold; reads as the error of a full disk, as in a container."""

    def __init__(self, name: str) -> None:
        super().__init__(errno.ENOSPC, "No space left on device", name)


class _Member(tarfile.TarInfo):
    """A member of an archive; tarfile reads headers such as a long name into memory, however long they claim to be."""

    @classmethod
    def frombuf(cls, *arguments: Any) -> "_Member":
        member = super().frombuf(*arguments)
        if member.type in _HEADERS and member.size > _LONGEST_HEADER:
            raise TooLargeError("a header of the archive")
        return member


def extract(archive: Path, folder: Path, room: int, mode: str = "r") -> None:
    """Extract an archive into a folder, and nowhere else; ``room`` is the number of bytes that the folder may get.

    Raises tarfile.TarError if it is no archive, or a member would land outside of the folder, or is neither a file nor
    a folder nor a link inside it; TooLargeError before the first member that has no room.
    """
    # Python before 3.11.4, which Debian 12 ships, has no extraction filters, which check the targets of links.
    filters: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(archive, mode, tarinfo=_Member) as tar:  # type: ignore[call-overload]
        for member in tar:
            # Also empty files take a block, so that an archive of millions of them ends, too.
            room -= max(member.size, _BLOCK)
            if room < 0:
                raise TooLargeError(member.name)
            try:
                below(folder, member.name)  # now, because an earlier member may be a link that this one goes through
                if not filters and not (member.isfile() or member.isdir()):
                    raise tarfile.ExtractError(f"{member.name} is not a file or folder")
                tar.extract(member, folder, **filters)
            except (PathError, KeyError, ValueError, RecursionError) as error:
                raise tarfile.ExtractError(f"{member.name} cannot be extracted: {error}") from error
