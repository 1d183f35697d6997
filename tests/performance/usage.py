"""What a command and all processes that it starts use: seconds, processor seconds, and memory."""

from __future__ import annotations

import contextlib
import ctypes
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import psutil

SAMPLING_SECONDS = 0.25
_IDLE_SECONDS, _IDLE_USE = 1.0, 0.05
_GRACE_SECONDS = 10
_PR_SET_CHILD_SUBREAPER = 36


class Usage(NamedTuple):
    """Seconds on the clock, seconds of processors, and the peak of memory."""

    seconds: float
    processor_seconds: float
    peak_mib: float


def adopt_orphans() -> None:
    """Make this process the parent of those below it whose parent has ended, so that none is missed (Linux)."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def run(
    command: Sequence[str], folder: Path, variables: Mapping[str, str], log: Path, timeout: float | None = None
) -> tuple[Usage, str]:
    """Run a command to its end; return what it used, services of this process included, and its standard output.

    Memory is sampled every quarter of a second; what processes share is counted once (PSS).

    Raises
    ------
    RuntimeError
        It ended with another code than 0; the message has the end of its log.
    """
    output = log.with_suffix(".out")
    before, begin = processor_seconds(), time.perf_counter()
    with log.open("ab") as errors, output.open("wb") as file:
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=file, stderr=errors)
        peak, ended = [0.0], threading.Event()
        watching = threading.Thread(target=_watch, args=(peak, ended))
        watching.start()
        try:
            code = process.wait(timeout)
            seconds = time.perf_counter() - begin
        finally:
            ended.set()
            watching.join()
    used = Usage(seconds, processor_seconds() - before, peak[0])
    written = output.read_text(encoding="utf-8", errors="replace")
    if code:
        tail = (log.read_text(encoding="utf-8", errors="replace") + written)[-3000:]
        raise RuntimeError(f"{' '.join(command)} ended with {code}:\n{tail}")
    return used, written


def processor_seconds() -> float:
    """Seconds of user and system time of all processes below this one, the ended ones included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime + sum(_seconds_of(process) for process in _descendants())


def wait_until_idle(timeout: float = 60) -> None:
    """Wait until the processes below this one do next to nothing for a second."""
    deadline, used = time.monotonic() + timeout, processor_seconds()
    while time.monotonic() < deadline:
        time.sleep(_IDLE_SECONDS)
        before, used = used, processor_seconds()
        if used - before < _IDLE_USE:
            return


@contextlib.contextmanager
def ending_all() -> Iterator[None]:
    """At its end, end every process that has started below this one since: asked first, then killed."""
    before = _descendants()
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            processes = [process for process in _descendants() if process not in before]
            for process in processes:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(number)
            psutil.wait_procs(processes, timeout=_GRACE_SECONDS)  # which also reaps those that this one adopted


def _descendants() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _watch(peak: list[float], ended: threading.Event) -> None:
    while not ended.wait(SAMPLING_SECONDS):
        peak[0] = max(peak[0], sum(_pss_mib(process) for process in _descendants()))


def _pss_mib(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return float(process.memory_full_info().pss) / 2**20
    return 0.0


def _seconds_of(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        return sum(process.cpu_times()[:4])
    return 0.0
