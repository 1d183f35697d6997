"""The service's side of a launcher process: start it, send it commands, and control the processes that it starts."""

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
"""The folder from which ``local_sagemaker`` is imported."""

_TEMPLATE_VARIABLES = {
    "OPENBLAS_NUM_THREADS": "1",
    # By default OpenBLAS's idle threads spin for 2^26 cycles: 25 ms of each job on two cores. 4 stands for 2^4 cycles.
    "OPENBLAS_THREAD_TIMEOUT": "4",
    # Libraries read it once, at load. Threads that spin while they wait would slow down the other jobs.
    "OMP_WAIT_POLICY": "PASSIVE",
    # A fork copies the calling thread only, so the template must have no other: pyarrow's allocator would start one.
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MPLBACKEND": "agg",
    "PYTHONDONTWRITEBYTECODE": "1",
}
KEPT_VARIABLES = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "TZ")


class Process:
    """A command that a launcher started; usable from many threads at once.

    ``output`` has standard output and error of the process and its descendants; it ends when the last of them has
    ended.
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

        Raises SandboxError if the launcher ended before it reported the exit code.
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
        """Read the launcher's report; another thread may have done so already."""
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
        """Send the command SIGTERM."""
        self._request(TERMINATE)

    def kill(self) -> None:
        """Send SIGKILL to the command and to everything that it started."""
        self._request(KILL)

    def _request(self, what: bytes) -> None:
        with contextlib.suppress(OSError):  # it has ended in the meantime
            self._control.sendall(what)

    def close(self) -> None:
        """Kill what still runs of the command, and delete what it installed."""
        self._control.close()  # the launcher reads end of file, and kills the command
        self.output.close()
        packages.delete_layers(self._directory / packages.FOLDER)


class Launcher:
    """A launcher process; usable from many threads at once.

    ``preload``: import the containers' libraries, so that Python commands start in milliseconds.
    """

    def __init__(self, *, preload: bool) -> None:
        self._channel, theirs = socket.socketpair()
        self._lock = threading.Lock()
        command = [sys.executable, "-m", "local_sagemaker.containers", str(theirs.fileno())]
        environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        self._process = subprocess.Popen(
            [*command, "--preload"] if preload else command,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd=PACKAGE_ROOT,
            env={**environment, **_TEMPLATE_VARIABLES},
            start_new_session=True,  # Ctrl-C in the service's terminal does not reach the jobs directly
        )
        theirs.close()

    def start(self, launch: Launch, inherited: Sequence[socket.socket] = ()) -> Process:
        """Start a command.

        ``inherited`` are listening sockets for the command.

        Raises LauncherGoneError if the launcher has ended.
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
            raise LauncherGoneError(f"The launcher of containers has ended ({error}).") from error
        finally:
            theirs.close()
            os.close(output_writer)
        return process

    def close(self) -> None:
        """End the launcher and every command of it that still runs."""
        self._channel.close()
        self._process.wait()


class Launchers:
    """The launchers of this process: one per isolation, started on first use, shared by all jobs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._launchers: dict[Isolation, Launcher] = {}

    def start(self, isolation: Isolation, launch: Launch, inherited: Sequence[socket.socket] = ()) -> Process:
        """Start a command; replace a launcher that has ended.

        Raises SandboxError if the new launcher has ended, too.
        """
        launcher = self.get(isolation)
        try:
            return launcher.start(launch, inherited)
        except LauncherGoneError:
            self._drop(isolation, launcher)
        return self.get(isolation).start(launch, inherited)

    def get(self, isolation: Isolation) -> Launcher:
        """Return the launcher of an isolation; start it if there is none."""
        with self._lock:
            launcher = self._launchers.get(isolation)
            if launcher is None:
                launcher = self._launchers[isolation] = Launcher(preload=isolation == "fork")
            return launcher

    def _drop(self, isolation: Isolation, launcher: Launcher) -> None:
        with self._lock:
            # Another thread may have replaced it already.
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
def open_launchers(isolation: Isolation) -> Iterator[None]:
    """Start the template that forks jobs, if they are forked; end every launcher, and all its jobs, on exit."""
    if isolation == "fork":
        LAUNCHERS.get(isolation)
    try:
        yield
    finally:
        LAUNCHERS.close()
