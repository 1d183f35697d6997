"""What is said between the service and a launcher process: one command to run, and how it ended.

A launch is a length, a JSON document and a few file descriptors, sent over a socket pair. Each launched process has a
control socket of its own: bytes towards the launcher ask for a signal, one JSON line comes back when all is over, and
the end of the stream, from either side, means that the other one is gone.
"""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import asdict, dataclass
from pathlib import Path

STAND_IN = "local_sagemaker.containers.stand_in"
"""The module that plays an image's own programs, ``train`` and ``serve``."""

LISTENER_VARIABLE = "SAGEMAKER_LOCAL_LISTENER"
"""The descriptor of the listening socket that a model server inherits."""

MEETING_PORTS_VARIABLE = "SAGEMAKER_LOCAL_MEETING_PORTS"
"""Two free ports, separated by a comma, where the hosts of one job may meet: here they are one machine with others."""

TERMINATE = b"T"
KILL = b"K"
_HEADER = struct.Struct("!I")
_MOST_DESCRIPTORS = 8


@dataclass(frozen=True)
class Launch:
    """A command in its sandbox.

    Attributes
    ----------
    arguments
        The command line; the program is looked up in the PATH of ``environment``.
    environment
        All of the process's environment.
    working_directory
        Where it starts, as the process sees it.
    directory
        The job's folder on the host: ``ml`` in it becomes ``/opt/ml``.
    threads
        How many threads libraries that are already loaded may use.
    isolate_network
        Leave the process nothing but loopback.
    host_names
        Names that mean this machine inside, as ``algo-1`` does in a container.
    namespaces
        Mount a private ``/opt/ml`` where the kernel allows; otherwise paths are rewritten.
    """

    arguments: tuple[str, ...]
    environment: dict[str, str]
    working_directory: str
    directory: Path
    threads: int = 1
    isolate_network: bool = False
    host_names: tuple[str, ...] = ()
    namespaces: bool = True


def send_launch(channel: socket.socket, launch: Launch, descriptors: list[int]) -> None:
    """Send one launch; the first descriptor is the control socket, the second takes the process's output."""
    document = json.dumps({**asdict(launch), "directory": str(launch.directory)}).encode()
    socket.send_fds(channel, [_HEADER.pack(len(document))], descriptors)
    channel.sendall(document)


def receive_launch(channel: socket.socket) -> tuple[Launch, list[int]] | None:
    """The next launch and its descriptors; None when the sender is gone."""
    header, descriptors, _, _ = socket.recv_fds(channel, _HEADER.size, _MOST_DESCRIPTORS)
    if len(header) < _HEADER.size:
        return None
    document = _read_exactly(channel, _HEADER.unpack(header)[0])
    if document is None:
        return None
    fields = json.loads(document)
    for name in ("arguments", "host_names"):
        fields[name] = tuple(fields[name])
    return Launch(**{**fields, "directory": Path(fields["directory"])}), descriptors


def _read_exactly(channel: socket.socket, size: int) -> bytes | None:
    chunks = bytearray()
    while len(chunks) < size:
        chunk = channel.recv(size - len(chunks))
        if not chunk:
            return None
        chunks += chunk
    return bytes(chunks)
