"""Opening and closing the service: one per state directory, whoever asks."""

from __future__ import annotations

import json
import os
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar

from pipelines.local.errors import StateDirectoryError
from pipelines.local.service import IDENTITY_PATH, ROLE_NAME, Isolation, Runners, Service, environment
from pipelines.local.store import Store

if TYPE_CHECKING:
    from pipelines.local.server import HttpServer

_ADDRESS_FILE = "service.json"
_LOCK_FILE = "service.lock"
_IDENTITY_TIMEOUT_SECONDS = 5
_START_TIMEOUT_SECONDS = 15
# The one piece of global state, since what it guards is one: moto's backends.
_MOTO = threading.Lock()


@dataclass(frozen=True)
class RunningService:
    """A service in another process, which serves the same state directory."""

    in_process: ClassVar[bool] = False
    """Whether the service ends with this process."""

    endpoint_url: str
    region: str
    account_id: str
    role_arn: str

    @property
    def environment(self) -> dict[str, str]:
        """The environment that sends any AWS client there."""
        return environment(self.endpoint_url, self.region)


@contextmanager
def open_service(
    state_dir: Path,
    region: str = "us-east-1",
    isolation: Isolation = "fork",
    *,
    port: int = 0,
    runners: Runners | None = None,
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

    Raises
    ------
    StateDirectoryError
        The directory cannot be used, holds another region, or this process already runs a service on another one.
    """
    directory = state_dir.resolve()
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateDirectoryError(f"The state directory {directory} cannot be made: {error}.") from error
    with ExitStack() as stack:
        lock = stack.enter_context((directory / _LOCK_FILE).open("a"))
        if not _take_lock(lock):
            running = _running_service(directory)
            _require_region(directory, running.region, region)
            yield running
            return
        service = stack.enter_context(_serving(directory, region, isolation, port, runners))
        yield service


def _take_lock(file: IO[str]) -> bool:
    """Hold the state directory until the file is closed or this process dies; False where another one holds it."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        locking: Any = msvcrt
        try:
            locking.locking(file.fileno(), locking.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _running_service(directory: Path) -> RunningService:
    """The service that holds a state directory; it may be just starting."""
    deadline = time.monotonic() + _START_TIMEOUT_SECONDS
    while True:
        try:
            return _ask_identity(directory)
        except (OSError, ValueError, KeyError) as error:
            if time.monotonic() > deadline:
                raise StateDirectoryError(
                    f"Another process holds the state directory {directory}, but its service does not answer "
                    f"({error}). End that process, or use another directory."
                ) from error
        time.sleep(0.05)


def _ask_identity(directory: Path) -> RunningService:
    address = json.loads((directory / _ADDRESS_FILE).read_text())
    with urllib.request.urlopen(  # noqa: S310 - the address is one that this service wrote
        f"{address['endpoint_url']}{IDENTITY_PATH}", timeout=_IDENTITY_TIMEOUT_SECONDS
    ) as answer:
        identity = json.load(answer)
    if identity["state_dir"] != str(directory):
        raise ValueError("another state directory's service answers at that address")
    return RunningService(identity["endpoint_url"], identity["region"], identity["account_id"], identity["role_arn"])


def _require_region(directory: Path, played: str, asked: str) -> None:
    if played != asked:
        raise StateDirectoryError(
            f"The state directory {directory} plays the region {played}, and its ARNs say so. Ask for that region, "
            f"or use another directory for {asked}."
        )


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
        _require_region(directory, (store.get("service", "settings") or {})["region"], region)
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
        address_file = directory / _ADDRESS_FILE
        _write_whole(address_file, json.dumps({**service.identity, "pid": os.getpid()}))
        stack.callback(address_file.unlink, missing_ok=True)
        yield service


def _real_runners(stack: ExitStack, directory: Path, isolation: Isolation) -> Runners:
    from pipelines.local import jobs

    if isolation == "fork":
        stack.enter_context(jobs.open_template(directory))
    return Runners(jobs.run_processing, jobs.run_training, jobs.run_transform, jobs.start_hosting)


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
            "`python -m pipelines.local serve` for one of the two."
        )
    BackendDict.reset()
    try:
        yield
    finally:
        BackendDict.reset()
        reset_model_data()
        _MOTO.release()


def _assemble(directory: Path, region: str, isolation: Isolation, store: Store) -> Service:
    from pipelines.local.aws_services import AwsServices
    from pipelines.local.engine.executions import Executions
    from pipelines.local.hosting import Endpoints
    from pipelines.local.objects import Objects

    service = Service(directory, region, isolation, store)
    service.objects = Objects(store, directory / "objects", service.account_id, region)
    service.aws_services = AwsServices(
        service.objects, service.logs, account_id=service.account_id, region=region, role_name=ROLE_NAME
    )
    service.executions = Executions(service)
    service.endpoints = Endpoints(service)
    return service


def _new_server(service: Service, port: int) -> HttpServer:
    from pipelines.local.server import Application, HttpServer

    return HttpServer(Application(service), port)


def _recover(service: Service) -> None:
    """Take up what the state directory holds, and close what the death of an earlier service left open."""
    from pipelines.local.operations import endpoints, work

    service.objects.restore(service.aws_services.replay_bucket_request)
    work.fail_what_was_running(service)
    service.executions.fail_what_was_running()
    endpoints.fail_what_was_changing(service)


def _fill_jumpstart_bucket(service: Service) -> None:
    from pipelines.local.jumpstart.objects import bucket_objects

    bucket = f"jumpstart-cache-prod-{service.region}"
    service.objects.create_bucket(bucket)
    for key, content in bucket_objects(service.region):
        service.objects.write_if_other(f"s3://{bucket}/{key}", content)


def _write_whole(path: Path, text: str) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(text)
    partial.replace(path)
