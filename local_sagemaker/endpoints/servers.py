"""The servers behind endpoints: start, choice of a variant, invocation and replacement."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from local_sagemaker.core.core import Core, Request
from local_sagemaker.core.errors import ValidationException
from local_sagemaker.core.store import Record
from local_sagemaker.jobs.contract import Answer, Hosting, JobContext

LOG_GROUP = "/aws/sagemaker/Endpoints"


class _Server:
    """The server of one variant; it closes after its last request."""

    def __init__(self, hosting: Hosting, weight: float) -> None:
        self.hosting = hosting
        self.weight = weight
        self._idle = threading.Condition()
        self._requests = 0
        self._closed = False

    @contextmanager
    def request(self) -> Iterator[Hosting | None]:
        """Keep the server open during one request; yields None if it is closed."""
        with self._idle:
            # An update may replace this server after it was chosen.
            if self._closed:
                yield None
                return
            self._requests += 1
        try:
            yield self.hosting
        finally:
            with self._idle:
                self._requests -= 1
                self._idle.notify_all()

    def close(self) -> None:
        """Close the server after its running requests."""
        with self._idle:
            self._closed = True
            self._idle.wait_for(lambda: self._requests == 0)
        self.hosting.close()


@dataclass(frozen=True)
class Invocation:
    """The response to an invocation, and the variant that gave it."""

    variant: str
    answer: Answer


class Endpoints:
    """All servers of one service, by endpoint and variant.

    ``start_server(model, variant, context)`` starts the server of one variant, and ``find_model(name)`` returns a model
    with the containers that it runs.
    """

    def __init__(
        self,
        core: Core,
        start_server: Callable[[Request, Request, JobContext], Hosting],
        find_model: Callable[[str], Record],
    ) -> None:
        self._core = core
        self._start_server = start_server
        self._find_model = find_model
        self._lock = threading.Lock()
        self._starting: dict[str, threading.Lock] = {}
        self._servers: dict[str, dict[str, _Server]] = {}

    def deploy(self, name: str, variants: Sequence[Mapping[str, Any]]) -> None:
        """Start the servers of an endpoint; they replace the earlier ones when all of them respond.

        Raises any error of a server that did not start; the earlier servers stay.
        """
        new: dict[str, _Server] = {}
        try:
            for variant in variants:
                new[variant["VariantName"]] = self._start(name, variant)
        except BaseException:
            _close_all(new)
            raise
        with self._lock:
            old = self._servers.get(name, {})
            self._servers[name] = new
        _close_all(old)

    def invoke(
        self, endpoint: Record, body: bytes, headers: Mapping[str, str], target_variant: str | None
    ) -> Invocation:
        """Send a request to one of an endpoint's variants, chosen by weight unless one is named.

        Raises ValidationException if the endpoint has no such variant.
        """
        while True:
            servers = self._servers_of(endpoint)
            variant = target_variant or _choose(servers, endpoint["ProductionVariants"])
            if variant not in servers:
                raise ValidationException(f"Variant {variant} not found in endpoint {endpoint['EndpointName']}.")
            with servers[variant].request() as hosting:
                if hosting is None:
                    continue  # an update has just replaced this server
                answer = hosting.invoke(
                    body, content_type=headers.get("content-type"), accept=headers.get("accept"), headers=headers
                )
                return Invocation(variant, answer)

    def remove(self, name: str) -> None:
        """End the servers of an endpoint."""
        with self._lock:
            servers = self._servers.pop(name, {})
        _close_all(servers)

    def close(self) -> None:
        """End all servers."""
        with self._lock:
            names = list(self._servers)
        for name in names:
            self.remove(name)

    def _servers_of(self, endpoint: Record) -> dict[str, _Server]:
        """The servers of an endpoint in service; starts them if none run, as after a restart, or if one has died."""
        name = endpoint["EndpointName"]
        with self._lock:
            # One lock for each endpoint: requests to it wait for the start of its servers, those to others do not.
            starting = self._starting.setdefault(name, threading.Lock())
        with starting:
            servers = self._servers.get(name, {})
            if not servers or not all(server.hosting.alive() for server in servers.values()):
                self.deploy(name, endpoint["Variants"])
                servers = self._servers[name]
            return servers

    def _start(self, name: str, variant: Mapping[str, Any]) -> _Server:
        model = self._find_model(variant["ModelName"])
        context = self._context(name, variant["VariantName"])
        return _Server(self._start_server(model, variant, context), variant.get("InitialVariantWeight", 1.0))

    def _context(self, endpoint: str, variant: str) -> JobContext:
        core = self._core
        moment = time.time_ns()
        directory = core.directory / "jobs" / "endpoint" / endpoint / f"{variant}-{moment}"
        directory.mkdir(parents=True)
        return JobContext(
            name=endpoint,
            arn=core.arn(f"endpoint/{endpoint}"),
            directory=directory,
            store=core.objects,
            log=lambda host, text: core.logs.append_if_possible(
                f"{LOG_GROUP}/{endpoint}", f"{variant}/{host}-{moment // 1_000_000_000}", text
            ),
            advance=lambda _status, _message: None,
            stop=threading.Event(),
            threads=core.supervisor.threads_per_job,
            environment=core.environment,
            isolation=core.isolation,
        )


def _close_all(servers: Mapping[str, _Server]) -> None:
    for server in servers.values():
        server.close()


def _choose(servers: Mapping[str, _Server], summaries: Sequence[Mapping[str, Any]]) -> str:
    """A random variant by current weight; during an update, the weights of the new configuration count."""
    current = {summary["VariantName"]: summary["CurrentWeight"] for summary in summaries}
    weights = [current.get(name, server.weight) for name, server in servers.items()]
    if not any(weights):
        weights = [1.0] * len(servers)
    return random.choices(list(servers), weights)[0]  # noqa: S311 - traffic, not secrets
