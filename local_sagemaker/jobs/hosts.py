"""The hosts of a job: ``algo-1``, ``algo-2``, ..., each with a folder that becomes its ``/opt/ml``."""

import contextlib
import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Host:
    """One host with its own ``directory``, whose ``ml`` becomes ``/opt/ml``."""

    name: str
    directory: Path

    @property
    def ml(self) -> Path:
        """The folder that the host's container sees as ``/opt/ml``."""
        return self.directory / "ml"


def hosts_of(directory: Path, count: int) -> list[Host]:
    """The hosts of a job: a single host has the job's folder, several hosts have a folder each in it."""
    if count == 1:
        return [Host("algo-1", directory)]
    return [Host(f"algo-{number}", directory / f"algo-{number}") for number in range(1, count + 1)]


def free_ports(count: int) -> list[int]:
    """Free ports of the loopback interface."""
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [listener.getsockname()[1] for listener in listeners]


def write_json(path: Path, value: Any) -> None:
    """Write a configuration file of a container, and make its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=4), encoding="utf-8")
