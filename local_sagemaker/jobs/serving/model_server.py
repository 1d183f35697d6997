"""A model's container with its HTTP server on the loopback interface: start, requests and end."""

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local_sagemaker.containers import images
from local_sagemaker.containers.errors import ContainerError
from local_sagemaker.containers.process import sandbox
from local_sagemaker.containers.process.messages import VOLUME_VARIABLE, Launch
from local_sagemaker.jobs import inputs, instances
from local_sagemaker.jobs.contract import Answer, JobContext
from local_sagemaker.jobs.errors import PingError, RequestError
from local_sagemaker.jobs.runs import LogPump
from local_sagemaker.jobs.serving.model_artifact import fetch_model

HOST = "algo-1"
START_SECONDS = 300.0
"""The seconds until a server must respond to ``/ping``."""

PING_SECONDS = 2.0
STOP_GRACE_SECONDS = 10.0

_POLL_SECONDS = 0.02


class ModelServer:
    """A running server; usable from many threads at once.

    ``definition`` is a ContainerDefinition, ``directory`` the container's folder, whose ``ml`` becomes ``/opt/ml``,
    ``environment`` has additional variables, and ``resources`` may have the size of the instance's volume.
    """

    def __init__(
        self,
        definition: Mapping[str, Any],
        directory: Path,
        context: JobContext,
        environment: Mapping[str, str],
        *,
        resources: Mapping[str, Any] = {},
        network_isolation: bool = False,
    ) -> None:
        room = instances.volume_bytes(resources)
        self._closed = False
        image = definition["Image"]
        _require_server(image)
        fetch_model(definition, directory, context.store, inputs.Volume(room, context.stop))
        # Bound here and inherited, so that the port is known before the server starts and no other process can take it.
        # Connections wait in the backlog until the server accepts them.
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._port: int = listener.getsockname()[1]
        with listener:
            self._process = sandbox.start(
                Launch(
                    arguments=sandbox.stand_in_command("serve", image),
                    directory=directory,
                    environment={
                        **context.environment,
                        **images.stand_in_for(image).environment,
                        **environment,
                        VOLUME_VARIABLE: str(room),
                        **definition.get("Environment", {}),
                    },
                    threads=context.threads(),
                    network_isolation=network_isolation,
                    working_directory=str(directory / "work"),
                ),
                context.isolation,
                inherited=[listener],
            )
        self._pump = LogPump(self._process.output, lambda text: context.log(HOST, text))

    def await_ping(self, stop: threading.Event) -> None:
        """Wait until the server responds to ``/ping``. Raises PingError if the server ended, or took too long."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and not stop.is_set():
            if not self.alive():
                raise PingError("Model container failed to respond to ping: it ended. See the log for the reason.")
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.request("GET", "/ping", timeout=PING_SECONDS).status == http.client.OK:
                    return
            time.sleep(_POLL_SECONDS)
        if not stop.is_set():
            raise PingError(f"Model container failed to respond to ping within {START_SECONDS:.0f} seconds.")

    def execution_parameters(self) -> dict[str, Any]:
        """The server's response to ``/execution-parameters``; empty if it has none."""
        try:
            answer = self.request("GET", "/execution-parameters", timeout=PING_SECONDS)
            parameters: dict[str, Any] = json.loads(answer.body) if answer.status == http.client.OK else {}
        except (OSError, http.client.HTTPException, ValueError):
            return {}
        return parameters

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float,
    ) -> Answer:
        """Make one request.

        Raises OSError or http.client.HTTPException if there is no complete response within ``timeout`` seconds.
        """
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=timeout)) as connection:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, fields.get("content-type", ""), response.read(), fields)

    def alive(self) -> bool:
        """Whether the server's process still runs."""
        if self._closed:
            return False
        with contextlib.suppress(ContainerError):
            return self._process.wait(0) is None
        return False

    def close(self) -> None:
        """End the server and everything it started; may be called twice."""
        if self._closed:
            return
        self._closed = True
        self._process.terminate()
        with contextlib.suppress(ContainerError):
            if self._process.wait(STOP_GRACE_SECONDS) is None:
                self._process.kill()
                self._process.wait()
        # Before the process closes its pipe, so that the log gets the last lines.
        self._pump.join()
        self._process.close()


def _require_server(image: str) -> None:
    try:
        stand_in = images.stand_in_for(image)
    except ContainerError as error:
        raise RequestError(str(error)) from error
    if stand_in.serving is None:
        raise RequestError(f"The image {image} is for training; it has no server.")
