"""The output of jobs: a plain file per stream, below ``logs/`` of the state directory.

Each log group is a folder and each stream a file. A line is the time in milliseconds since 1970, a tab, and what the
container wrote. The files are the only record: ``moto.cloudwatch_logs`` copies them into moto when a client reads logs.
"""

import contextlib
import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path


class Logs:
    """The log groups of one state directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def append(self, group: str, stream: str, text: str) -> None:
        """Append whole lines to a stream, with the current time: all or, if this raises OSError, none of them."""
        path = self.directory / group.strip("/") / f"{stream}.log"
        now = int(time.time() * 1000)
        lines = "".join(f"{now}\t{line}\n" for line in text.removesuffix("\n").split("\n")).encode(errors="replace")
        path.parent.mkdir(parents=True, exist_ok=True)
        # A single write, so that a killed process leaves no partial line.
        with path.open("ab", buffering=0) as file:
            before = file.tell()
            try:
                if file.write(lines) != len(lines):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            except OSError:
                file.truncate(before)
                raise

    def append_if_possible(self, group: str, stream: str, text: str) -> None:
        """Append whole lines, which are lost if the disk is full or fails."""
        with contextlib.suppress(OSError):
            self.append(group, stream, text)

    def files_of(self, group: str, job: str) -> list[Path]:
        """The files of a job's streams."""
        return sorted((self.directory / group.strip("/") / job).glob("*.log"))


def events_in(path: Path, start: int, end: int) -> Iterator[tuple[int, str]]:
    """The lines between two positions of a stream's file, each with its time in milliseconds since 1970."""
    with path.open("rb") as file:
        file.seek(start)
        new = file.read(end - start)
    for line in new.decode(errors="replace").removesuffix("\n").split("\n"):
        timestamp, _, message = line.partition("\t")
        yield int(timestamp), message
