"""What each host of a preprocessing job writes.

Every host reads and checks all rows, because categories, ranges, thresholds and the borders of splits depend on all of
them. It writes a share of the rows, which takes most of the time; so hosts need not know of each other more than their
names. Together they write the rows that one host would.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Share:
    """The files that a host writes of each set: rows go to the files in turn, and files to the hosts."""

    files: int = 1
    """Of each set, over all hosts."""
    host: int = 0
    """Number of this host, from 0."""
    hosts: int = 1

    @property
    def is_of_the_first(self) -> bool:
        """Whether this host writes what there is once, such as the schema."""
        return self.host == 0

    def deal(self, first: int) -> Iterator[tuple[int, slice]]:
        """Yield each file of this host, with its rows in a chunk whose first row has the number ``first``."""
        for file in range(self.host, self.files, self.hosts):
            yield file, slice((file - first) % self.files, None, self.files)

    def name(self, stem: str, file: int) -> str:
        """Name a file, so that the order of the names is that of the files; the only one has no number."""
        return stem if self.files == 1 else f"{stem}-{file:04}"


def share_of(resources: Path, files: int) -> Share:
    """Return the share of this host, whose name the job's ``resourceconfig.json`` has."""
    content = json.loads(resources.read_text(encoding="utf-8"))
    hosts = sorted(content["hosts"])
    return Share(files, hosts.index(content["current_host"]), len(hosts))
