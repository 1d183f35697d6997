"""The protocol between the service and a launcher process: a command to run, signals, and the exit code.

A launch is a length, a JSON document and a few file descriptors, sent over a socket pair. Each started process has a
control socket of its own. Bytes to the launcher request a signal; one JSON line comes back after the end. End of file,
from either side, means that the other side has ended.
"""

import json
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

STAND_IN = "local_sagemaker.containers.stand_in"
"""The module that runs the images' own programs, ``train`` and ``serve``."""

LISTENER_VARIABLE = "SAGEMAKER_LOCAL_LISTENER"
"""The variable with the descriptor of the listening socket that a model server inherits."""

MEETING_PORTS_VARIABLE = "SAGEMAKER_LOCAL_MEETING_PORTS"
"""The variable with two free ports, separated by a comma, for the hosts of one job to connect through.

On AWS each host has ports of its own; here the hosts of all jobs share one machine.
"""

VOLUME_VARIABLE = "SAGEMAKER_LOCAL_VOLUME_BYTES"
"""The variable with the size of the instance's volume, which user code may not exceed when it is extracted."""

TERMINATE = b"T"
KILL = b"K"
_HEADER = struct.Struct("!I")
_MAX_DESCRIPTORS = 8


@dataclass(frozen=True)
class Launch:
    """A command to start in a sandbox."""

    arguments: Sequence[str]
    """The command line; the program is looked up in the PATH of ``environment``, where ``python`` and ``python3`` are
    this interpreter."""
    directory: Path
    """The container's folder on the host: ``ml`` in it becomes ``/opt/ml``."""
    environment: dict[str, str] = field(default_factory=dict)
    """Variables on top of the basic ones; none of the caller's own is inherited."""
    threads: int = 1
    """The number of threads that the native libraries may use."""
    host_names: Sequence[str] = ()
    """Names that resolve to this machine inside, as ``algo-1`` does in a container."""
    network_isolation: bool = False
    """Give the process the loopback interface only, if the kernel allows it."""
    working_directory: str = "/"
    """The folder that it starts in, as the process sees it. For ``/`` it gets a root folder of its own, or, if the
    kernel does not allow that, starts in the folder ``work`` of ``directory``."""
    namespaces: bool = True
    """Mount a private ``/opt/ml`` if the kernel allows it; otherwise paths are rewritten."""


def send_launch(channel: socket.socket, launch: Launch, descriptors: list[int]) -> None:
    """Send one launch; the first descriptor is the control socket, the second receives the process's output."""
    document = json.dumps({**vars(launch), "directory": str(launch.directory)}).encode()
    # The descriptors travel with the header, which is small enough to arrive in one piece.
    socket.send_fds(channel, [_HEADER.pack(len(document))], descriptors)
    channel.sendall(document)


def receive_launch(channel: socket.socket) -> tuple[Launch, list[int]] | None:
    """Receive the next launch and its descriptors; None if the sender has ended."""
    header, descriptors, _, _ = socket.recv_fds(channel, _HEADER.size, _MAX_DESCRIPTORS)
    if len(header) < _HEADER.size:
        return None
    document = _read_exactly(channel, _HEADER.unpack(header)[0])
    if document is None:
        return None
    fields = json.loads(document)
    return Launch(**{**fields, "directory": Path(fields["directory"])}), descriptors


def _read_exactly(channel: socket.socket, size: int) -> bytes | None:
    chunks = bytearray()
    while len(chunks) < size:
        chunk = channel.recv(size - len(chunks))
        if not chunk:
            return None
        chunks += chunk
    return bytes(chunks)
