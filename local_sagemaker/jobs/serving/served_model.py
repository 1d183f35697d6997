"""A model with its servers: one container, or an inference pipeline of several."""

import threading
from collections.abc import Mapping
from typing import Any

from local_sagemaker.core.core import Request
from local_sagemaker.jobs.contract import Answer, JobContext
from local_sagemaker.jobs.serving.model_server import ModelServer

_FIRST_ERROR = 300


class ServedModel:
    """The running servers of a model; usable from many threads at once.

    ``model`` is a CreateModel request, ``environment`` has the variables that a job or an endpoint adds, and
    ``resources`` may have the size of the instance's volume. Raises JobError if a container does not start.
    """

    def __init__(
        self, model: Request, context: JobContext, environment: Mapping[str, str], resources: Mapping[str, Any] = {}
    ) -> None:
        definitions = model.get("Containers") or [model["PrimaryContainer"]]
        self._servers: list[ModelServer] = []
        try:
            for number, definition in enumerate(definitions, start=1):
                alone = len(definitions) == 1
                directory = context.directory if alone else context.directory / f"container-{number}"
                self._servers.append(
                    ModelServer(
                        definition,
                        directory,
                        context,
                        environment,
                        resources=resources,
                        network_isolation=bool(model.get("EnableNetworkIsolation")),
                    )
                )
        except BaseException:
            self.close()
            raise

    def await_ping(self, stop: threading.Event) -> None:
        """Wait until every server responds to ``/ping``. Raises PingError if a server ended, or took too long."""
        for server in self._servers:
            server.await_ping(stop)

    def execution_parameters(self) -> dict[str, Any]:
        """The first server's response to ``/execution-parameters``."""
        return self._servers[0].execution_parameters()

    def send(self, body: bytes, headers: Mapping[str, str], timeout: float) -> Answer:
        """Send a request to the first container, its response to the next, and so on; returns the first error.

        Raises OSError or http.client.HTTPException if a container gave no complete response within ``timeout`` seconds.
        """
        *first, last = self._servers
        given = dict(headers)
        for server in first:
            without_accept = {name: value for name, value in given.items() if name != "Accept"}
            answer = server.request("POST", "/invocations", body, without_accept, timeout=timeout)
            if answer.status >= _FIRST_ERROR:
                return answer
            body, given["Content-Type"] = answer.body, answer.content_type
        return last.request("POST", "/invocations", body, given, timeout=timeout)

    def alive(self) -> bool:
        """Whether all servers' processes still run."""
        return all(server.alive() for server in self._servers)

    def close(self) -> None:
        """End the servers and everything they started; may be called twice."""
        for server in self._servers:
            server.close()
