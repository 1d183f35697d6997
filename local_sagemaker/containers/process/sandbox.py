"""A container: a command in a sandbox with the environment of a SageMaker container."""

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
    """A command and its environment.

    Attributes
    ----------
    arguments
        The command line. ``python`` and ``python3`` are this interpreter.
    directory
        The container's folder on the host: ``ml`` in it becomes ``/opt/ml``.
    environment
        Variables on top of the basic ones; none of the caller's own is inherited.
    threads
        The number of threads that the native libraries may use.
    host_names
        Names that resolve to this machine inside.
    network_isolation
        Give the container the loopback interface only, if the kernel allows it.
    working_directory
        The folder that the command starts in.
    namespaces
        False: rewrite paths, as on a machine without namespaces.
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
        ``fork``: fork the template, in milliseconds; ``process``: start a new interpreter.
    inherited
        Listening sockets for the command.

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
    """The isolation to use: a fork with loaded libraries is safe on Linux only, and only Python gains from it."""
    python = container.arguments[0] in ("python", "python3", sys.executable)
    return wanted if python and sys.platform.startswith("linux") else "process"


def stand_in_command(program: str, image: str) -> list[str]:
    """The command line that runs an image's own program, ``train`` or ``serve``, in its stand-in."""
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
