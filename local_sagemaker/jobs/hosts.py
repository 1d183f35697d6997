"""The hosts of a job: ``algo-1``, ``algo-2``, ..., each with a folder that becomes its ``/opt/ml``."""

from __future__ import annotations

import contextlib
import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Host:
    """One host; ``directory`` is its own, and ``ml`` in it becomes ``/opt/ml``."""

    name: str
    directory: Path

    @property
    def ml(self) -> Path:
        """What the host's container sees as ``/opt/ml``."""
        return self.directory / "ml"


def hosts_of(directory: Path, count: int) -> list[Host]:
    """The hosts of a job: the only one has the job's folder itself, several have one each in it."""
    if count == 1:
        return [Host("algo-1", directory)]
    return [Host(f"algo-{number}", directory / f"algo-{number}") for number in range(1, count + 1)]


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody listens on."""
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [listener.getsockname()[1] for listener in listeners]


def write_json(path: Path, value: Any) -> None:
    """Write a configuration file of a container; its folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=4), encoding="utf-8")
