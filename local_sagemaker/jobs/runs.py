"""The run of a job's containers, one per host: logs, stop requests and time limits."""

import io
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from local_sagemaker.containers.process import sandbox
from local_sagemaker.containers.process.launcher import Process
from local_sagemaker.containers.process.lines import whole_lines
from local_sagemaker.containers.process.messages import Launch
from local_sagemaker.core.core import Request
from local_sagemaker.jobs.contract import JobContext
from local_sagemaker.jobs.hosts import Host
from local_sagemaker.jobs.outputs import FolderUpload

Ending = Literal["finished", "stopped", "timed out"]

DEFAULT_MAX_RUNTIME_SECONDS = 86400

_POLL_SECONDS = 0.1
_UPLOAD_SECONDS = 1.0


@dataclass(frozen=True)
class Run:
    """How the containers of a job ended: by themselves, by a stop request or by the time limit.

    ``codes`` are the exit codes of the containers, in the order of the hosts.
    """

    ending: Ending
    codes: tuple[int, ...]

    @property
    def code(self) -> int:
        """The exit code of the job: the first one that is not 0."""
        return next((code for code in self.codes if code != 0), 0)


def max_runtime(request: Request) -> int:
    """MaxRuntimeInSeconds of a request, or SageMaker's default."""
    return int(request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", DEFAULT_MAX_RUNTIME_SECONDS))


class LogPump:
    """Passes the output of a container to a sink, in whole lines, until all of its processes have ended."""

    def __init__(self, output: io.FileIO, sink: Callable[[str], None]) -> None:
        self._thread = threading.Thread(target=self._pump, args=(output, sink), daemon=True)
        self._thread.start()

    @staticmethod
    def _pump(output: io.FileIO, sink: Callable[[str], None]) -> None:
        for text in whole_lines(output):
            sink(text)

    def join(self) -> None:
        """Wait until all output has been passed on."""
        self._thread.join()


def run_containers(
    launch_of: Callable[[Host], Launch],
    hosts: list[Host],
    context: JobContext,
    *,
    max_seconds: float | None,
    stop_grace_seconds: float,
    uploads: Sequence[FolderUpload] = (),
    on_output: Callable[[str], None] | None = None,
) -> Run:
    """Run one container per host and wait for all of them.

    If the container of one host fails, the others are stopped, because the job has failed.

    ``launch_of`` returns the launch of a host's container. ``max_seconds`` is the time limit of the request, from the
    start of the first container, and ``stop_grace_seconds`` the time between SIGTERM and SIGKILL. ``uploads`` are
    uploaded about every second while containers run; the last upload is up to the caller. ``on_output`` gets the output
    after the context.
    """
    processes: list[Process] = []
    pumps = []
    try:
        for host in hosts:
            if context.stop.is_set():
                break
            process = sandbox.start(launch_of(host), context.isolation)
            processes.append(process)
            pumps.append(LogPump(process.output, _sink(host.name, context, on_output)))
        ending = (
            "stopped" if not processes else _await_end(processes, context, max_seconds, stop_grace_seconds, uploads)
        )
        codes = tuple(process.wait() or 0 for process in processes)
        # So that the log is complete before the status of the job says that it has ended.
        for pump in pumps:
            pump.join()
        return Run(ending, codes)
    finally:
        # After an error some containers may still run: closing a process kills it.
        for process in processes:
            process.close()


def _sink(host: str, context: JobContext, on_output: Callable[[str], None] | None) -> Callable[[str], None]:
    def sink(text: str) -> None:
        context.log(host, text)
        if on_output is not None:
            on_output(text)

    return sink


def _await_end(
    processes: list[Process],
    context: JobContext,
    max_seconds: float | None,
    stop_grace_seconds: float,
    uploads: Sequence[FolderUpload],
) -> Ending:
    deadline = None if max_seconds is None else time.monotonic() + max_seconds
    next_upload = time.monotonic() + _UPLOAD_SECONDS
    running = list(processes)
    while running:
        # Waits on one container only. The others are looked at in between, and the interval is also the time that a
        # stop request takes to be noticed.
        code = running[0].wait(_POLL_SECONDS)
        if code == 0:
            running.pop(0)
        elif code is not None:
            _end(running, stop_grace_seconds)
            return "finished"
        elif context.stop.is_set():
            _end(running, stop_grace_seconds)
            return "stopped"
        elif deadline is not None and time.monotonic() >= deadline:
            _end(running, stop_grace_seconds)
            return "timed out"
        elif any(process.wait(0) for process in running[1:]):
            _end(running, stop_grace_seconds)
            return "finished"
        elif time.monotonic() >= next_upload:
            for upload in uploads:
                upload.upload_changes()
            next_upload = time.monotonic() + _UPLOAD_SECONDS
    return "finished"


def _end(processes: list[Process], grace_seconds: float) -> None:
    """Send SIGTERM, and SIGKILL to the processes that still run after the grace period."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + grace_seconds
    for process in processes:
        if process.wait(max(0.0, deadline - time.monotonic())) is None:
            process.kill()
