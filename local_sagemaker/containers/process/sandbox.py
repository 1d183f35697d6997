"""A container: a command in its sandbox, with the surroundings that a container of SageMaker has."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local_sagemaker.containers.process.launcher import LAUNCHERS, PACKAGE_ROOT, Isolation, Process
from local_sagemaker.containers.process.messages import STAND_IN, Launch

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "LOKY_MAX_CPU_COUNT",
    "SM_NUM_CPUS",
)
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Container:
    """What is to run, and in what surroundings.

    Attributes
    ----------
    arguments
        The command line. ``python`` and ``python3`` are this interpreter.
    directory
        The container's folder on the host: ``ml`` in it becomes ``/opt/ml``.
    environment
        Variables on top of the bare ones; nothing of the caller's own gets in.
    threads
        How many threads the native libraries may use.
    host_names
        Names that mean this machine inside.
    network_isolation
        Leave the container nothing but loopback, where the kernel allows.
    working_directory
        Where the command starts.
    namespaces
        False keeps to path rewriting, as on a machine without namespaces.
    """

    arguments: Sequence[str]
    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    threads: int = 1
    host_names: tuple[str, ...] = ()
    network_isolation: bool = False
    working_directory: str = "/"
    namespaces: bool = True


def start(container: Container, isolation: Isolation, inherited: Sequence[socket.socket] = ()) -> Process:
    """Start a container.

    Parameters
    ----------
    isolation
        ``fork``: from the template, in milliseconds; ``process``: Python starts anew.
    inherited
        Listening sockets that the command is to have.

    Raises
    ------
    SandboxError
        It could not be started.
    """
    for folder in ("ml", "home", "tmp"):
        (container.directory / folder).mkdir(parents=True, exist_ok=True)
    launch = Launch(
        arguments=tuple(container.arguments),
        environment=_environment(container),
        working_directory=container.working_directory,
        directory=container.directory,
        threads=container.threads,
        isolate_network=container.network_isolation,
        host_names=container.host_names,
        namespaces=container.namespaces,
    )
    return LAUNCHERS.start(_isolation_for(container, isolation), launch, inherited)


def _isolation_for(container: Container, wanted: Isolation) -> Isolation:
    """Where to start a container: only Linux forks well after loading libraries, and only Python gains from it."""
    python = container.arguments[0] in ("python", "python3", sys.executable)
    return wanted if python and sys.platform.startswith("linux") else "process"


def stand_in_command(program: str, image: str) -> list[str]:
    """The command line of an image's own program, ``train`` or ``serve``, as its stand-in plays it."""
    return ["python", "-m", STAND_IN, program, image]


def _environment(container: Container) -> dict[str, str]:
    bare = {
        "PATH": f"{Path(sys.executable).parent}:{_SYSTEM_PATH}",
        "HOME": str(container.directory / "home"),
        "TMPDIR": str(container.directory / "tmp"),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "TRUE",
        "PYTHONDONTWRITEBYTECODE": "TRUE",
        "PYTHONIOENCODING": "UTF-8",
        "OMP_WAIT_POLICY": "PASSIVE",
        **dict.fromkeys(_THREAD_VARIABLES, str(container.threads)),
    }
    environment = {**bare, **container.environment}
    if STAND_IN in container.arguments:
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(PACKAGE_ROOT), environment.get("PYTHONPATH")]))
    return environment
