"""The output of jobs: a plain file per stream, which CloudWatch Logs shows.

Under ``logs/`` of the state directory each log group is a folder and each stream a file. A line is the time in
milliseconds since 1970, a tab, and what the container wrote. The files are the only truth: moto's CloudWatch Logs is
brought up to date from them when someone asks it, so logs survive everything the files survive, and nobody pays for
CloudWatch who does not look at it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any


class Logs:
    """The log groups of one account and region."""

    def __init__(self, directory: Path, account_id: str, region: str) -> None:
        self._directory = directory
        self._account_id = account_id
        self._region = region
        self._lock = Lock()
        self._shown: dict[Path, int] = {}

    def append(self, group: str, stream: str, text: str) -> None:
        """Add whole lines to a stream, each at the time it came."""
        path = self._directory / group.strip("/") / f"{stream}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        now = int(time.time() * 1000)
        lines = "".join(f"{now}\t{line}\n" for line in text.removesuffix("\n").split("\n"))
        with path.open("ab", buffering=0) as file:  # one write: a killed process leaves no torn line
            file.write(lines.encode(errors="replace"))

    def show(self) -> None:
        """Bring moto's CloudWatch Logs up to date with the files."""
        from moto.logs.models import logs_backends

        backend = logs_backends[self._account_id][self._region]
        with self._lock:
            for path in sorted(self._directory.rglob("*.log")):
                self._show_file(backend, path)

    def files_of(self, group: str, job: str) -> list[Path]:
        """The files of a job's streams."""
        return sorted((self._directory / group.strip("/") / job).glob("*.log"))

    def _show_file(self, backend: Any, path: Path) -> None:
        shown = self._shown.get(path, 0)
        size = path.stat().st_size
        if shown == size and path in self._shown:
            return
        group, stream = self._names_of(path)
        backend.ensure_log_group(group)
        backend.ensure_log_stream(group, stream)
        events = [{"timestamp": moment, "message": text or " "} for moment, text in events_in(path, shown, size)]
        # Not the backend's own put_log_events, which refuses what is older than two weeks.
        backend.groups[group].put_log_events(stream, events)
        self._shown[path] = size

    def _names_of(self, path: Path) -> tuple[str, str]:
        """The group and stream of a file; a group is as deep as AWS makes it for its kind of job."""
        parts = path.relative_to(self._directory).with_suffix("").parts
        depth = 4 if "Endpoints" in parts[:3] else 3
        return "/" + "/".join(parts[:depth]), "/".join(parts[depth:])


def events_in(path: Path, start: int, end: int) -> Iterator[tuple[int, str]]:
    """The lines between two positions of a stream's file, each with its time in milliseconds since 1970."""
    with path.open("rb") as file:
        file.seek(start)
        new = file.read(end - start)
    for line in new.decode(errors="replace").removesuffix("\n").split("\n"):
        timestamp, _, message = line.partition("\t")
        yield int(timestamp), message
