"""A small HTTP server around an application: worker processes that share one listening socket.

A worker answers one request at a time, as the workers of the real model servers do, and closes the connection after
it: the next request goes to whichever worker is free.
"""

import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Protocol

from local_sagemaker.containers.process.messages import LISTENER_VARIABLE
from local_sagemaker.containers.process.namespaces import set_parent_death_signal

DEFAULT_PORT = 8080

_PATIENCE_SECONDS = 60
"""The time that a worker waits for the rest of a client's request."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """One invocation: its body, and its headers by lower-case name."""

    body: bytes
    headers: Mapping[str, str]

    @property
    def content_type(self) -> str | None:
        """The Content-Type header."""
        return self.headers.get("content-type")

    @property
    def accept(self) -> str | None:
        """The Accept header."""
        return self.headers.get("accept")


@dataclass(frozen=True)
class Response:
    """The response to the client."""

    status: int
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


def with_charset(kind: str) -> str:
    """A content type, with the charset if it is text without one."""
    return f"{kind}; charset=utf-8" if kind.startswith("text/") and "charset" not in kind else kind


def status_page(status: HTTPStatus) -> Response:
    """A web framework's default page for a status."""
    from werkzeug.exceptions import default_exceptions

    return Response(status, default_exceptions[status]().get_body().encode())


class Application(Protocol):
    """The handlers of an inference container; ``max_content_length`` is the maximum size of a request in bytes."""

    max_content_length: int | None = None

    def ping(self) -> Response:
        """Answer ``GET /ping`` with 200: without a loaded model, there is no server."""
        return Response(HTTPStatus.OK)

    def execution_parameters(self) -> Response:
        """Answer ``GET /execution-parameters``; 404 where an image has no such path."""
        return status_page(HTTPStatus.NOT_FOUND)

    def invoke(self, request: Request) -> Response:
        """Answer ``POST /invocations``."""
        ...


def run_server(load: Callable[[], Application], workers: int) -> None:
    """Serve until a signal ends the process.

    ``load`` creates the application. Each of the ``workers`` processes calls it after the fork: loading a model may
    start threads, and a fork copies the calling thread only.
    """
    listener = _listener()
    for _ in range(workers - 1):
        if os.fork() == 0:
            set_parent_death_signal(signal.SIGKILL)  # workers end with their server, even if that is killed
            break
    _Server(listener, load()).serve_forever(poll_interval=3600)


def _listener() -> socket.socket:
    inherited = os.environ.get(LISTENER_VARIABLE)
    if inherited is not None:
        return socket.socket(fileno=int(inherited))
    port = int(os.environ.get("SAGEMAKER_BIND_TO_PORT", DEFAULT_PORT))
    return socket.create_server(("0.0.0.0", port), backlog=128)  # noqa: S104 - a container's server is reached from outside


class _Server(HTTPServer):
    def __init__(self, listener: socket.socket, application: Application) -> None:
        super().__init__(("", 0), _Handler, bind_and_activate=False)
        self.socket.close()
        # All workers wake up for a connection, and one accepts it. The others must not block in accept().
        listener.setblocking(False)  # noqa: FBT003 - its only way
        self.socket = listener
        self.application = application

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - the base class's
        """Log the error of a connection, unless the client has closed it."""
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            logger.error("The connection from %s failed.", client_address, exc_info=error)

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = self.socket.accept()
        connection.setblocking(True)  # noqa: FBT003 - its only way
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection, address


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _PATIENCE_SECONDS
    server: _Server

    def do_GET(self) -> None:
        if self.path == "/invocations":
            self._send(status_page(HTTPStatus.METHOD_NOT_ALLOWED))
        elif self.path == "/ping":
            self._send(self.server.application.ping())
        elif self.path == "/execution-parameters":
            self._send(self.server.application.execution_parameters())
        else:
            self._send(status_page(HTTPStatus.NOT_FOUND))

    def do_POST(self) -> None:
        limit = self.server.application.max_content_length
        body = self._body()  # even one that is too large: a client that is still sending would not see the response
        if self.path in ("/ping", "/execution-parameters"):
            self._send(status_page(HTTPStatus.METHOD_NOT_ALLOWED))
        elif self.path != "/invocations":
            self._send(status_page(HTTPStatus.NOT_FOUND))
        elif limit is not None and len(body) > limit:
            self._send(status_page(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
        else:
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._send(self.server.application.invoke(Request(body, headers)))

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = bytearray()
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return bytes(body)

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        self.send_header("Connection", "close")
        self.close_connection = True
        if response.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers.items():
            if name.lower() not in ("content-type", "content-length", "connection"):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(response.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        if self.path != "/ping":
            logger.info(format, *args)
