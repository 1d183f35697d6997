"""Opening and closing the service: one per state directory, whoever asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from local_sagemaker.core import state_directory
from local_sagemaker.core.errors import StateDirectoryError
from local_sagemaker.core.service import Isolation, Runners, Service
from local_sagemaker.core.state_directory import RunningService
from local_sagemaker.core.store import Store

if TYPE_CHECKING:
    from local_sagemaker.server import HttpServer

# The one piece of global state, since what it guards is one: moto's backends.
_MOTO = threading.Lock()


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
                with _serving(directory, region, isolation, port, runners) as service:
                    yield service
                    if patient:
                        leaving.enter_context(state_directory.unused(directory))
                return
            if leaving.enter_context(state_directory.using(directory)):
                running = state_directory.running_service(directory)
                state_directory.require_region(directory, running.region, region)
                yield running
                return


@contextmanager
def _serving(
    directory: Path, region: str, isolation: Isolation, port: int, runners: Runners | None
) -> Iterator[Service]:
    with ExitStack() as stack:
        real = runners is None
        if runners is None:
            runners = _real_runners(stack, directory, isolation)
        stack.enter_context(_moto_to_itself())
        store = Store(directory / "records.sqlite")
        stack.callback(store.close)
        store.insert("service", "settings", {"region": region})
        state_directory.require_region(directory, (store.get("service", "settings") or {})["region"], region)
        service = _assemble(directory, region, isolation, store)
        service.runners = runners
        server = _new_server(service, port)
        service.endpoint_url = server.url
        _recover(service)
        if real:
            _fill_jumpstart_bucket(service)
        server.start()
        stack.callback(server.close)
        stack.callback(service.supervisor.close)
        stack.callback(service.endpoints.close)
        stack.callback(service.executions.close)
        stack.enter_context(state_directory.announce(directory, service.identity))
        yield service


def _real_runners(stack: ExitStack, directory: Path, isolation: Isolation) -> Runners:
    from local_sagemaker import jobs
    from local_sagemaker.containers import images

    if isolation == "fork":
        stack.enter_context(jobs.open_template(directory))
    return Runners(jobs.run_processing, jobs.run_training, jobs.run_transform, jobs.start_hosting, images.missing)


@contextmanager
def _moto_to_itself() -> Iterator[None]:
    """Moto keeps one state per process: it is this service's alone, and empty before and after.

    Raises
    ------
    StateDirectoryError
        Another service of this process has it.
    """
    from moto.core.base_backend import BackendDict
    from moto.core.model_instances import reset_model_data

    if not _MOTO.acquire(blocking=False):
        raise StateDirectoryError(
            "This process already runs a service on another state directory. Close that one first, or run "
            "`python -m local_sagemaker serve` for one of the two."
        )
    BackendDict.reset()
    try:
        yield
    finally:
        BackendDict.reset()
        reset_model_data()
        _MOTO.release()


def _assemble(directory: Path, region: str, isolation: Isolation, store: Store) -> Service:
    from local_sagemaker.endpoints.servers import Endpoints
    from local_sagemaker.engine.executions import Executions
    from local_sagemaker.moto.dispatch import AwsServices
    from local_sagemaker.moto.experiments import Experiments
    from local_sagemaker.moto.hooks import lend_a_hand
    from local_sagemaker.moto.s3.objects import Objects

    service = Service(directory, region, isolation, store)
    service.objects = Objects(store, directory / "objects", service.account_id, region)
    service.aws_services = AwsServices(service.objects)
    lend_a_hand(service, to=service.aws_services)
    service.executions = Executions(service)
    service.experiments = Experiments(store, service.account_id, region)
    service.endpoints = Endpoints(service)
    return service


def _new_server(service: Service, port: int) -> HttpServer:
    from local_sagemaker.server import Application, HttpServer

    return HttpServer(Application(service), port)


def _recover(service: Service) -> None:
    """Take up what the state directory holds, and close what the death of an earlier service left open."""
    from local_sagemaker.api import endpoints
    from local_sagemaker.jobs import lifecycle

    service.objects.restore(service.aws_services.replay_bucket_request)
    lifecycle.fail_what_was_running(service)
    service.executions.fail_what_was_running()
    endpoints.fail_what_was_changing(service)


def _fill_jumpstart_bucket(service: Service) -> None:
    from local_sagemaker.jumpstart.objects import bucket_objects

    bucket = f"jumpstart-cache-prod-{service.region}"
    service.objects.create_bucket(bucket)
    for key, content in bucket_objects(service.region):
        service.objects.write_if_other(f"s3://{bucket}/{key}", content)
