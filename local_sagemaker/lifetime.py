"""Opening and closing the service: one per state directory, whoever asks."""

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
    """SageMaker on this machine, for as long as the context lasts.

    The service that already runs on the state directory is used; else one is started in this process, and ended with
    its jobs when the context ends.

    Parameters
    ----------
    state_dir
        Where everything stays: records, objects, logs, and the folders of jobs.
    region
        The region that it plays.
    isolation
        How jobs start: forked from a template process, each in a namespace of its own, or as plain processes.
    port
        Of the HTTP endpoint; 0 is any that is free.
    runners
        Who does the work of jobs, if not the containers' side.
    patient
        On leaving, wait until no other process uses the service any more.

    Raises
    ------
    StateDirectoryError
        The directory cannot be used, holds another region, or this process already runs a service on another one.
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
