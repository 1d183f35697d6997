"""A container: a command in a sandbox with the environment of a SageMaker launch."""

import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from local_sagemaker.containers.process.launcher import LAUNCHERS, PACKAGE_ROOT, Isolation, Process
from local_sagemaker.containers.process.messages import STAND_IN, Launch

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    "LOKY_MAX_CPU_COUNT", "SM_NUM_CPUS",
)  # fmt: skip
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def start(launch: Launch, isolation: Isolation, inherited: Sequence[socket.socket] = ()) -> Process:
    """Start a launch.

    ``isolation`` is ``fork`` (fork the template, in milliseconds) or ``process`` (start a new interpreter);
    ``inherited`` are listening sockets for the command.

    Raises SandboxError if it could not be started.
    """
    for folder in ("ml", "home", "tmp"):
        (launch.directory / folder).mkdir(parents=True, exist_ok=True)
    complete = replace(launch, environment=_environment(launch))
    return LAUNCHERS.start(_isolation_for(launch, isolation), complete, inherited)


def _isolation_for(launch: Launch, wanted: Isolation) -> Isolation:
    """The isolation to use: a fork with loaded libraries is safe on Linux only, and only Python gains from it."""
    python = launch.arguments[0] in ("python", "python3", sys.executable)
    return wanted if python and sys.platform.startswith("linux") else "process"


def stand_in_command(program: str, image: str) -> list[str]:
    """The command line that runs an image's own program, ``train`` or ``serve``, in its stand-in."""
    return ["python", "-m", STAND_IN, program, image]


def _environment(launch: Launch) -> dict[str, str]:
    bare = {
        "PATH": f"{Path(sys.executable).parent}:{_SYSTEM_PATH}",
        "HOME": str(launch.directory / "home"),
        "TMPDIR": str(launch.directory / "tmp"),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "TRUE",
        "PYTHONDONTWRITEBYTECODE": "TRUE",
        "PYTHONIOENCODING": "UTF-8",
        "OMP_WAIT_POLICY": "PASSIVE",
        **dict.fromkeys(_THREAD_VARIABLES, str(launch.threads)),
    }
    environment = {**bare, **launch.environment}
    if STAND_IN in launch.arguments:
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(PACKAGE_ROOT), environment.get("PYTHONPATH")]))
    return environment
