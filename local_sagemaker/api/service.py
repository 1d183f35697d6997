"""The complete service, and the one function that runs an operation of its API."""

import functools
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from local_sagemaker.api import endpoints, models, operations
from local_sagemaker.core import disk, tags
from local_sagemaker.core.access import Access
from local_sagemaker.core.code import code_version
from local_sagemaker.core.core import Core, Request, Response
from local_sagemaker.core.errors import InsufficientStorage, ResourceNotFound, ValidationException
from local_sagemaker.definition import unsupported
from local_sagemaker.definition.shapes import check_request, only_members, service_model, without_nulls
from local_sagemaker.endpoints.servers import Endpoints
from local_sagemaker.engine.executions import Executions
from local_sagemaker.engine.tasks import TaskServices
from local_sagemaker.engine.unsupported_steps import Use
from local_sagemaker.jobs.contract import Runners
from local_sagemaker.moto import functions, queues
from local_sagemaker.moto.experiments import Experiments
from local_sagemaker.moto.schedules.starter import count_waiting

_NEEDS_SPACE = ("Create", "Start", "Retry", "Import")
"""The beginnings of operations that a full disk refuses; others end or delete something, or only read."""


class Activity:
    """The requests to a service: how many run now, and how long ago the last one ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests = 0
        self._last = time.monotonic()

    @contextmanager
    def request(self) -> Iterator[None]:
        """Count a request, from its beginning to its end."""
        with self._lock:
            self._requests += 1
        try:
            yield
        finally:
            with self._lock:
                self._requests -= 1
            self.touch()

    def touch(self) -> None:
        """Count the idle time from now on."""
        self._last = time.monotonic()

    @property
    def idle_seconds(self) -> float:
        """The time since the last request; 0 while one runs."""
        return 0.0 if self._requests else time.monotonic() - self._last


class Service(Access):
    """SageMaker in one account and region.

    ``runners`` do the work of jobs. ``executions`` are the pipeline executions that run now, and ``endpoints`` the
    servers behind endpoints. ``own_process`` and ``keep_alive`` are reported to commands; see ``RunningService``.
    """

    in_process: ClassVar[bool] = True
    """Whether the service ends with this process."""

    def __init__(self, core: Core, runners: Runners, *, own_process: bool, keep_alive: float | None) -> None:
        super().__init__(core.endpoint_url, core.region, core.key, core.account_id)
        self.core = core
        self.activity = Activity()
        self._own_process, self._keep_alive, self._version = own_process, keep_alive, code_version()
        tasks = TaskServices(functools.partial(queues.send, core), functools.partial(functions.invoke, core))

        def missing(name: str, work: Use) -> str | None:
            return functions.lack(core, name) if work == "invoke" else runners.missing(name, work)

        self.executions = Executions(core, missing, self.call, tasks)
        self.endpoints = Endpoints(core, runners.hosting, functools.partial(models.for_containers, core))
        self.experiments = Experiments(core)
        self._operations = operations.bind(core, runners, self.executions, self.endpoints, self.experiments)

    @property
    def identity(self) -> dict[str, Any]:
        """The document that identifies this service to other processes."""
        return {
            "endpoint_url": self.endpoint_url,
            "state_dir": str(self.core.directory),
            "region": self.region,
            "account_id": self.account_id,
            "pid": os.getpid(),
            "own_process": self._own_process,
            "keep_alive": self._keep_alive,
            "version": self._version,
            "isolation": self.core.isolation,
            "use": self.use,
        }

    @property
    def use(self) -> dict[str, int]:
        """The number of running executions and jobs, of endpoints that have not expired, and of schedules to come."""
        return {
            "executions": self.executions.running,
            "jobs": self.core.supervisor.running,
            "endpoints": endpoints.count_unexpired(self.core),
            "schedules": count_waiting(self.core),
        }

    def call(self, operation: str, request: Request) -> Response | None:
        """Run one operation of the API, as if the request had come over HTTP; raises ApiError if it is refused."""
        run = self._operations.get(operation)
        if run is None:
            raise ValidationException(f"The operation {operation} is not supported by the local SageMaker.")
        check_request(operation, request)
        if operation.startswith(_NEEDS_SPACE) and disk.is_full(self.core.directory):
            raise InsufficientStorage(disk.sentence(self.core.directory))
        request = without_nulls(request)
        unsupported.refuse(operation, request)
        tags.check(request.get("Tags") or [])
        model = service_model().operation_model(operation)
        try:
            result = run(request)
        except ResourceNotFound as error:
            # An operation whose model does not list ResourceNotFound reports it as a ValidationException.
            if any(shape.name == ResourceNotFound.code for shape in model.error_shapes):
                raise
            raise ValidationException(str(error)) from error
        if model.output_shape is None:
            return None
        response: Response = only_members(model.output_shape, result or {})
        return response
