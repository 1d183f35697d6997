"""Opening and closing the service: one per state directory, shared by all processes."""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from local_sagemaker.core import state_directory
from local_sagemaker.core.state_directory import RunningService

if TYPE_CHECKING:
    from local_sagemaker.api.service import Service
    from local_sagemaker.core.core import Isolation
    from local_sagemaker.jobs.contract import Runners


LOG = "service.log"
"""The log of a background service, in its state directory."""
_LOG_BYTES = 1_000_000
_CHECK_SECONDS = 1.0
_LOG = logging.getLogger(__name__)


@contextmanager
def open_service(
    state_dir: Path,
    region: str = "us-east-1",
    isolation: Isolation = "fork",
    *,
    port: int = 0,
    runners: Runners | None = None,
    patient: bool = False,
    own_process: bool = False,
    keep_alive: float | None = None,
) -> Iterator[Service | RunningService]:
    """The local SageMaker, until the context ends.

    Uses the service that already runs on the state directory. If there is none, starts one in this process, and stops
    it and its jobs when the context ends.

    Parameters
    ----------
    state_dir
        The folder of records, objects, logs and job folders.
    region
        The AWS region to emulate.
    isolation
        How jobs start: forked from a template process, each in a namespace of its own, or as plain processes.
    port
        The port of the HTTP endpoint; 0 is any free port.
    runners
        The functions that do the work of jobs; by default, stand-ins for AWS's containers.
    patient
        At the end, wait until no other process uses the service, and what they have started has ended.
    own_process, keep_alive
        What the service reports about itself; see ``RunningService``.

    Raises StateDirectoryError if the directory is not usable or has another region, or this process already runs a
    service on another directory.
    """
    directory = state_dir.resolve()
    while True:
        with state_directory.hold(directory) as is_ours, ExitStack() as leaving:
            if is_ours:
                # Imported here, because a process that uses a running service needs neither moto nor the containers.
                from local_sagemaker import assembly

                with assembly.serve(
                    directory, region, isolation, port, runners, own_process=own_process, keep_alive=keep_alive
                ) as service:
                    yield service
                    if patient:
                        _wait_for_others(service, leaving)
                return
            running = state_directory.find_service(directory)
            if running is not None and leaving.enter_context(state_directory.using(directory)):
                state_directory.require_region(directory, running.region, region)
                yield running
                return


def _wait_for_others(service: Service, leaving: ExitStack) -> None:
    """Wait until no other process uses the service and no work of theirs runs; ``leaving`` then lets none begin."""
    is_told = False
    while True:
        with ExitStack() as attempt:
            attempt.enter_context(state_directory.unused(service.core.directory))
            if not (service.executions.working or service.core.supervisor.running):
                leaving.push(attempt.pop_all())
                return
        if not is_told:
            _LOG.warning("Waiting for executions and jobs of other commands; Ctrl-C ends them at once.")
        is_told = True
        time.sleep(_CHECK_SECONDS)


def stay(service: Service, minutes: float, ended: Callable[[float], bool], leaving: ExitStack) -> str:
    """Wait until the service may end, and return the reason; from then on, no command can begin to use it.

    Parameters
    ----------
    minutes
        How long the service must be without requests, jobs, executions, unexpired endpoints, schedules and commands.
    ended
        ``ended(seconds)`` waits for a signal to end, and returns whether there was one.
    leaving
        Closed when the service has ended; commands that wait for the lock then start a new one.
    """
    directory = service.core.directory
    while not ended(_CHECK_SECONDS):
        _bound_log(directory / LOG)
        if not state_directory.is_announced(directory, os.getpid()):
            return "the state directory was deleted"
        if any(service.use.values()):
            service.activity.touch()
        elif service.activity.idle_seconds > minutes * 60:
            with ExitStack() as attempt:
                if attempt.enter_context(state_directory.unused(directory, patient=False)):
                    leaving.push(attempt.pop_all())
                    return f"{minutes:g} minutes without use"
            service.activity.touch()
    return "a signal"


def _bound_log(log: Path) -> None:
    """Start a background service's log anew when it is long, and keep the one before."""
    with suppress(OSError):
        if os.path.samestat(log.stat(), os.fstat(2)) and log.stat().st_size > _LOG_BYTES:
            # The descriptor stays open here and in the launchers, and appends; so the file is emptied, not replaced.
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
