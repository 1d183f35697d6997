"""The service as a process of its own: the first command on a state directory starts it, and all of them share it.

It ends by itself when nothing has used it for some minutes, and after a ``kill -9`` the next command starts another.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from local_sagemaker.core import disk, state_directory
from local_sagemaker.core.code import code_version
from local_sagemaker.core.errors import StateDirectoryError
from local_sagemaker.core.state_directory import RunningService
from local_sagemaker.lifetime import LOG, open_service

if TYPE_CHECKING:
    from local_sagemaker.api.service import Service
    from local_sagemaker.core.core import Isolation

_STOP_SECONDS = 60
_POLL_SECONDS = 0.02
_KEPT_VARIABLES = ("PYTHONDONTWRITEBYTECODE",)
"""Variables of the first command that the service keeps, besides those that a job's template process keeps."""


@contextlib.contextmanager
def connect_service(
    state_dir: Path, region: str = "us-east-1", isolation: Isolation = "fork", *, keep_alive: float = 15
) -> Iterator[Service | RunningService]:
    """The local SageMaker in a process of its own, until the context ends; the process stays for later commands.

    Starts the process if there is none, and replaces one of another version or isolation that nothing uses.

    Parameters
    ----------
    state_dir
        The folder of records, objects, logs and job folders.
    region
        The AWS region to emulate.
    isolation
        How jobs start; see ``lifetime.open_service``.
    keep_alive
        The minutes without use after which a service that this starts ends; with 0 it runs in this process, and ends
        when the context ends and no other command uses it.

    Raises
    ------
    StateDirectoryError
        The service cannot start or has another region, or it is in use and has another version or isolation.
    """
    directory = state_dir.resolve()
    while True:
        with contextlib.ExitStack() as leaving:
            with state_directory.starting(directory):
                running = _find_usable(directory, region, isolation)
                if running is None and keep_alive:
                    running = _start(directory, region, isolation, keep_alive)
                is_used = running is not None and leaving.enter_context(state_directory.using(directory))
            if running is None:
                with open_service(directory, region, isolation, patient=True) as service:
                    yield service
                return
            if is_used:
                yield running
                return


def find(state_dir: Path) -> RunningService:
    """The service of a state directory; raises StateDirectoryError if there is none."""
    running = state_directory.find_service(state_dir.resolve()) if state_dir.is_dir() else None
    if running is None:
        raise StateDirectoryError(f"No service runs on {state_dir}.")
    return running


def stop(directory: Path, running: RunningService) -> None:
    """End a service and its jobs.

    Raises StateDirectoryError if it is part of a program or a command, or does not end.
    """
    if not running.own_process:
        raise StateDirectoryError(
            f"The service of {directory} is part of process {running.pid}, and ends when that process does."
        )
    with contextlib.suppress(ProcessLookupError):
        os.kill(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < deadline:
        with state_directory.hold(directory) as is_free:
            if is_free:
                return
        time.sleep(_POLL_SECONDS)
    raise StateDirectoryError(
        f"The service of {directory} did not end within {_STOP_SECONDS} s. End process {running.pid} with kill -9; "
        "nothing that it has answered is lost."
    )


def _find_usable(directory: Path, region: str, isolation: Isolation) -> RunningService | None:
    """The running service, None if there is none; ends one that nothing uses if it is not as this command needs it.

    A service with another isolation is good enough while it is in use, unless this command names one: ``fork`` is the
    default.
    """
    running = state_directory.find_service(directory)
    if running is None:
        return None
    state_directory.require_region(directory, running.region, region)
    is_same_version = running.version == code_version()
    if is_same_version and running.isolation == isolation:
        return running
    with state_directory.unused(directory, patient=False) as is_free:
        is_idle = is_free and not running.use["executions"] and not running.use["jobs"]
        if is_idle and running.keep_alive is not None:
            stop(directory, running)
            return None
    if is_same_version and isolation == "fork":
        return running
    reason = (
        f"starts jobs with --isolation {running.isolation}, not {isolation}"
        if is_same_version
        else "runs other code or another Python than this command"
    )
    raise StateDirectoryError(
        f"The service of {directory} (process {running.pid}) {reason}, and "
        f"{'was not started by a command' if is_idle else 'is in use'}. Wait for its end, or end it with: "
        f"local-sagemaker stop --state-dir {directory}"
    )


def _start(directory: Path, region: str, isolation: Isolation, keep_alive: float) -> RunningService | None:
    """Start the service, and wait until it answers; None if another process was first, and has ended again."""
    from local_sagemaker.containers.process.launcher import KEPT_VARIABLES, PACKAGE_ROOT

    if importlib.util.find_spec("moto") is None:
        raise ModuleNotFoundError("No module named 'moto'", name="moto")
    options = {"state-dir": directory, "region": region, "isolation": isolation, "keep-alive": keep_alive}
    words = [f"--{name}={value}" for name, value in options.items()]
    with disk.problems_reported(directory), (directory / LOG).open("ab") as log:
        begin = log.seek(0, os.SEEK_END)
        process = subprocess.Popen(
            [sys.executable, "-m", "local_sagemaker", "serve", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            cwd=PACKAGE_ROOT,
            # The variables of one command must not reach the jobs of another.
            env={name: os.environ[name] for name in (*KEPT_VARIABLES, *_KEPT_VARIABLES) if name in os.environ},
            start_new_session=True,  # neither Ctrl-C nor the end of the terminal reaches it
        )
    import boto3  # noqa: F401 - every user of the service needs it, and it loads while the service starts

    deadline = time.monotonic() + state_directory.START_TIMEOUT_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError, KeyError):
            running = state_directory.answering_service(directory)
            process.returncode = 0  # it outlives this process, so Python must not warn that it still runs
            return replace(running, is_new=True)
        time.sleep(_POLL_SECONDS)
    if process.returncode == 0:
        return state_directory.find_service(directory)
    process.kill()
    process.wait()
    with (directory / LOG).open("rb") as log:
        log.seek(begin)
        lines = log.read().decode(errors="replace").strip().splitlines()
    raise StateDirectoryError(lines[-1] if lines else f"The service of {directory} did not start.")
