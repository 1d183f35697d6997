"""The service's side of a launcher: starting one, having it start commands, and what a started command looks like."""

from __future__ import annotations

import contextlib
import io
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from local_sagemaker.containers.errors import LauncherGoneError, SandboxError
from local_sagemaker.containers.process import packages
from local_sagemaker.containers.process.messages import KILL, TERMINATE, Launch, send_launch

Isolation = Literal["fork", "process"]

PACKAGE_ROOT = Path(__file__).resolve().parents[3]
"""The folder from which ``pipelines`` is imported."""

_TEMPLATE_VARIABLES = {
    "OPENBLAS_NUM_THREADS": "1",
    "OPENBLAS_THREAD_TIMEOUT": "4",  # its threads, too: 2^26 cycles of spinning are 25 ms of every job on two cores
    "OMP_WAIT_POLICY": "PASSIVE",  # libraries read it once; threads that spin while they wait starve the other jobs
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # a process that is to be forked has to have one thread
    "MPLBACKEND": "agg",
    "PYTHONDONTWRITEBYTECODE": "1",
}
_KEPT_VARIABLES = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "TZ")


class Process:
    """A command that a launcher started; usable from many threads at once.

    Attributes
    ----------
    output
        What the process and its descendants write, standard output and error in one; ends when all of them are gone.
    """

    def __init__(self, control: socket.socket, output: io.FileIO, directory: Path) -> None:
        self._control = control
        self._directory = directory
        self._received = b""
        self._code: int | None = None
        self._lock = threading.Lock()
        self.output = output

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit code as a container reports it (128 + n after signal n), or None if ``timeout`` seconds pass.

        Raises
        ------
        SandboxError
            The launcher ended before it could say.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while self._code is None:
            remaining = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not select.select([self._control], [], [], remaining)[0]:
                return None
            with self._lock:
                self._receive()
        return self._code

    def _receive(self) -> None:
        """Take in what the launcher says; another thread may have done so already."""
        if self._code is not None:
            return
        with contextlib.suppress(BlockingIOError):
            chunk = self._control.recv(256, socket.MSG_DONTWAIT)
            if not chunk:
                raise SandboxError("The process that kept this container ended unexpectedly; start the job again.")
            self._received += chunk
        if self._received.endswith(b"\n"):
            self._code = int(json.loads(self._received)["code"])

    def terminate(self) -> None:
        """Ask the command to end (SIGTERM)."""
        self._ask(TERMINATE)

    def kill(self) -> None:
        """End the command and everything it started (SIGKILL)."""
        self._ask(KILL)

    def _ask(self, what: bytes) -> None:
        with contextlib.suppress(OSError):  # It has ended meanwhile.
            self._control.sendall(what)

    def close(self) -> None:
        """Let go of the process; what still runs of it is ended."""
        self._control.close()
        self.output.close()
        packages.forget(self._directory / packages.FOLDER)


class Launcher:
    """A launcher process; usable from many threads at once.

    Parameters
    ----------
    preload
        Import the libraries of the containers, so that commands start in milliseconds: the template.
    """

    def __init__(self, *, preload: bool) -> None:
        self._channel, theirs = socket.socketpair()
        self._lock = threading.Lock()
        command = [sys.executable, "-m", "local_sagemaker.containers.process.launcher_process", str(theirs.fileno())]
        environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        self._process = subprocess.Popen(
            [*command, "--preload"] if preload else command,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd=PACKAGE_ROOT,
            env={**environment, **_TEMPLATE_VARIABLES},
            start_new_session=True,
        )
        theirs.close()

    def start(self, launch: Launch, inherited: Sequence[socket.socket] = ()) -> Process:
        """Start a command.

        Parameters
        ----------
        inherited
            Listening sockets that the command is to have.

        Raises
        ------
        LauncherGoneError
            The launcher has ended.
        """
        control, theirs = socket.socketpair()
        output_reader, output_writer = os.pipe()
        process = Process(control, io.FileIO(output_reader, "rb"), launch.directory)
        try:
            with self._lock:
                descriptors = [theirs.fileno(), output_writer, *(each.fileno() for each in inherited)]
                send_launch(self._channel, launch, descriptors)
        except OSError as error:
            process.close()
            raise LauncherGoneError(f"The launcher of containers is gone ({error}).") from error
        finally:
            theirs.close()
            os.close(output_writer)
        return process

    def close(self) -> None:
        """End the launcher, and with it every command that it started and that still runs."""
        self._channel.close()
        self._process.wait()


class Launchers:
    """The launchers of this process: one per isolation, started when first needed, shared by all jobs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._launchers: dict[Isolation, Launcher] = {}

    def start(self, isolation: Isolation, launch: Launch, inherited: Sequence[socket.socket] = ()) -> Process:
        """Start a command; a launcher that has ended is replaced.

        Raises
        ------
        SandboxError
            The new launcher ends at once, too.
        """
        launcher = self.get(isolation)
        try:
            return launcher.start(launch, inherited)
        except LauncherGoneError:
            self._forget(isolation, launcher)
        return self.get(isolation).start(launch, inherited)

    def get(self, isolation: Isolation) -> Launcher:
        """The launcher for an isolation, started if there is none."""
        with self._lock:
            launcher = self._launchers.get(isolation)
            if launcher is None:
                launcher = self._launchers[isolation] = Launcher(preload=isolation == "fork")
            return launcher

    def _forget(self, isolation: Isolation, launcher: Launcher) -> None:
        with self._lock:
            if self._launchers.get(isolation) is launcher:
                del self._launchers[isolation]
        launcher.close()

    def close(self) -> None:
        """End all of them."""
        with self._lock:
            for launcher in self._launchers.values():
                launcher.close()
            self._launchers.clear()


LAUNCHERS = Launchers()
"""Shared by design: a template costs seconds and a few hundred megabytes, and every job of the process can use it."""


@contextlib.contextmanager
def open_template(directory: Path) -> Iterator[None]:  # noqa: ARG001 - the template needs no folder; see the contract
    """Start the template in the background, and end it on leaving."""
    LAUNCHERS.get("fork")
    try:
        yield
    finally:
        LAUNCHERS.close()
