"""Opening and closing the service: one per state directory, shared by all processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from local_sagemaker.core import state_directory
from local_sagemaker.core.state_directory import RunningService

if TYPE_CHECKING:
    from local_sagemaker.api.service import Service
    from local_sagemaker.core.core import Isolation
    from local_sagemaker.jobs.contract import Runners


@contextmanager
def open_service(
    state_dir: Path,
    region: str = "us-east-1",
    isolation: Isolation = "fork",
    *,
    port: int = 0,
    runners: Runners | None = None,
    patient: bool = False,
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
        At the end, wait until no other process uses the service.

    Raises StateDirectoryError if the directory is not usable or has another region, or this process already runs a
    service on another directory.
    """
    directory = state_dir.resolve()
    while True:
        with state_directory.hold(directory) as is_ours, ExitStack() as leaving:
            if is_ours:
                # Imported here, because a process that uses a running service needs neither moto nor the containers.
                from local_sagemaker import assembly

                with assembly.serve(directory, region, isolation, port, runners) as service:
                    yield service
                    if patient:
                        leaving.enter_context(state_directory.unused(directory))
                return
            if leaving.enter_context(state_directory.using(directory)):
                running = state_directory.running_service(directory)
                state_directory.require_region(directory, running.region, region)
                yield running
                return
