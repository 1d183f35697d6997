"""The construction of the service from its parts, and its end."""

import functools
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from local_sagemaker import server
from local_sagemaker.api import endpoints
from local_sagemaker.api.service import Service
from local_sagemaker.containers import images
from local_sagemaker.containers.process.launcher import open_launchers
from local_sagemaker.core import disk, state_directory
from local_sagemaker.core.access import ACCOUNT_ID, Key, new_key
from local_sagemaker.core.core import Core, Isolation
from local_sagemaker.core.errors import StateDirectoryError
from local_sagemaker.core.logs import Logs
from local_sagemaker.core.store import Store
from local_sagemaker.jobs import lifecycle
from local_sagemaker.jobs.contract import Runners
from local_sagemaker.jobs.processing import run_processing
from local_sagemaker.jobs.serving.variant_server import start_hosting
from local_sagemaker.jobs.training.run import run_training
from local_sagemaker.jobs.transform.run import run_transform
from local_sagemaker.jumpstart.objects import bucket_objects
from local_sagemaker.moto import event_bus, hooks
from local_sagemaker.moto.s3.objects import Objects
from local_sagemaker.moto.schedules.starter import Starter

# The only global state of the service, because moto keeps its backends once per process.
_MOTO = threading.Lock()


@contextmanager
def serve(
    directory: Path,
    region: str,
    isolation: Isolation,
    port: int,
    runners: Runners | None,
    *,
    own_process: bool,
    keep_alive: float | None,
) -> Iterator[Service]:
    """Run a new service on a state directory that this process holds; see ``lifetime.open_service``."""
    with ExitStack() as stack:
        with disk.problems_reported(directory):
            if runners is None:
                # Before any thread starts, because the template process forks.
                stack.enter_context(open_launchers(isolation))
                work = Runners(run_processing, run_training, run_transform, start_hosting, images.missing)
            else:
                work = runners
            stack.enter_context(_moto_to_itself())
            store = Store(directory / "records.sqlite")
            stack.callback(store.close)
            store.insert("service", "settings", {"region": region})
            state_directory.require_region(directory, (store.get("service", "settings") or {})["region"], region)
            store.insert("service", "key", new_key()._asdict())
            key = Key(**(store.get("service", "key") or {}))
            listener = stack.enter_context(server.bind(port))
            objects = Objects(store, directory / "objects", ACCOUNT_ID, region)
            core = Core(
                directory=directory,
                endpoint_url=server.url_of(listener),
                region=region,
                key=key,
                isolation=isolation,
                store=store,
                objects=objects,
                logs=Logs(directory / "logs"),
                emit=functools.partial(event_bus.emit, ACCOUNT_ID, region),
            )
            service = Service(core, work, own_process=own_process, keep_alive=keep_alive)
            starter = Starter(store, service.call)
            aws_services = hooks.aws_services(core, objects, service.call, starter)
            objects.restore(aws_services.replay_bucket_request)
            _fail_what_was_running(service)
            service.executions.resume_or_fail()
            if runners is None:
                _fill_jumpstart_bucket(objects, region)
            http_server = server.HttpServer(server.Application(service, aws_services), listener)
            http_server.start()
            stack.callback(http_server.close)
            stack.callback(core.supervisor.close)
            stack.callback(service.endpoints.close)
            stack.callback(service.executions.close)
            starter.begin()
            stack.callback(starter.close)
            stack.enter_context(state_directory.announce(directory, core, service.identity))
        yield service


def _fail_what_was_running(service: Service) -> None:
    """End the records of jobs and endpoints that an earlier process left unfinished."""
    lifecycle.fail_what_was_running(service.core)
    endpoints.fail_what_was_changing(service.core)


def _fill_jumpstart_bucket(objects: Objects, region: str) -> None:
    bucket = f"jumpstart-cache-prod-{region}"
    objects.create_bucket(bucket)
    for key, content in bucket_objects(region):
        objects.write_if_other(f"s3://{bucket}/{key}", content)


@contextmanager
def _moto_to_itself() -> Iterator[None]:
    """Reserve moto, whose state exists once per process, for this service; the state is empty before and after.

    Raises StateDirectoryError if another service of this process uses moto.
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
        if "moto.iam.models" in sys.modules:  # to reset IAM is to read all of AWS's managed policies again
            sys.modules["moto.iam.models"].iam_backends.clear()
        BackendDict.reset()
        reset_model_data()
        _MOTO.release()
