"""The jobs that run now: one thread each, which waits for the job's own processes."""

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_LOG = logging.getLogger(__name__)


def usable_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass
class _Running:
    stop: threading.Event
    thread: threading.Thread
    computes: bool
    ended: list[Callable[[], None]] = field(default_factory=list)


class Supervisor:
    """Starts jobs, stops them, and calls back when they have ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, _Running] = {}
        self._closing = False

    def start(self, arn: str, work: Callable[[threading.Event], None], *, computes: bool = True) -> None:
        """Run ``work(stop)`` in a thread of its own; it records how the job ended, and ends it when ``stop`` is set.

        A closing supervisor starts nothing; the record of the job becomes Failed when the service opens again.

        ``computes``: whether the job uses cores itself; a tuning job only waits for others.
        """
        stop = threading.Event()
        thread = threading.Thread(target=self._run, args=(arn, work, stop), name=arn, daemon=True)
        with self._lock:
            # Checked and registered in one step, so that close() either sees the job or keeps it from starting.
            if self._closing:
                return
            self._running[arn] = _Running(stop, thread, computes)
            thread.start()

    @property
    def running(self) -> int:
        """The number of jobs that run now."""
        with self._lock:
            return len(self._running)

    def stop(self, arn: str) -> None:
        """Request the end of a job; does nothing if it has ended."""
        with self._lock:
            running = self._running.get(arn)
        if running is not None:
            running.stop.set()

    def when_ended(self, arn: str, notify: Callable[[], None]) -> None:
        """Call ``notify()`` once when the job has ended and its record is final; at once if it has ended."""
        with self._lock:
            running = self._running.get(arn)
            if running is not None:
                running.ended.append(notify)
                return
        notify()

    def wait(self, arn: str) -> None:
        """Wait until the job has ended."""
        ended = threading.Event()
        self.when_ended(arn, ended.set)
        ended.wait()

    def threads_per_job(self) -> int:
        """The number of threads for a job: the cores divided by the running jobs, at least 1."""
        with self._lock:
            computing = sum(running.computes for running in self._running.values())
        return max(1, usable_cores() // max(1, computing))

    def close(self, patience_seconds: float = 10.0) -> None:
        """Stop every job and wait until all have ended, up to a limit, because some containers ignore SIGTERM.

        The record of a job that has not ended by then becomes Failed when the service opens again.
        """
        with self._lock:
            self._closing = True
            all_running = list(self._running.values())
        for running in all_running:
            running.stop.set()
        deadline = time.monotonic() + patience_seconds
        for running in all_running:
            running.thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self, arn: str, work: Callable[[threading.Event], None], stop: threading.Event) -> None:
        try:
            work(stop)
        except Exception:  # noqa: BLE001 - a job records its own failure, so this is a defect of the service
            _LOG.exception("%s: the service itself failed", arn)
        finally:
            with self._lock:
                # Removed first: whoever is notified may start a job of the same ARN. The callbacks run without the
                # lock, because they may call this supervisor again.
                ended = self._running.pop(arn).ended
            for notify in ended:
                notify()
