"""One HTTP endpoint on loopback for every AWS service; every request must be signed.

``X-Amz-Target: SageMaker.*`` goes to the operations in ``api``, the runtime's REST paths go to the endpoints, and
everything else goes to moto.
"""

import contextlib
import functools
import logging
import os
import re
import socket
import threading
import uuid
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from werkzeug.exceptions import ClientDisconnected
from werkzeug.serving import make_server

from local_sagemaker.api import runtime, tags, wire_format
from local_sagemaker.api.operations import MOTO_OPERATIONS
from local_sagemaker.api.service import Service
from local_sagemaker.core import disk
from local_sagemaker.core.errors import AddressError, ApiError, InsufficientStorage, ModelError, ValidationException
from local_sagemaker.core.state_directory import IDENTITY_PATH
from local_sagemaker.definition.shapes import check_request
from local_sagemaker.http_requests import authentication, bodies
from local_sagemaker.http_requests.signatures import bucket_of_host
from local_sagemaker.moto.dispatch import AwsServices, whole_body
from local_sagemaker.moto.iam import issued_secret
from local_sagemaker.moto.refusals import refuse
from local_sagemaker.moto.s3.downloads import Environ

_REQUEST_ID = "x-amzn-RequestId"
_BACKLOG = 128
_LONGEST_REQUEST = 16 * 1024 * 1024
"""The maximum size of a request to the API, in bytes; definitions have at most 1 MiB."""
_METRICS_PATH = "/BatchPutMetrics"
_RUNTIME_PATH = re.compile(r"/endpoints/([^/]+)/([a-z-]+)")
_SAGEMAKER_SCOPE = re.compile(r"/([^/]+)/sagemaker/")
"""The region, in the credential scope of a request to SageMaker."""
_LOG = logging.getLogger(__name__)


class Application:
    """The WSGI application of the whole endpoint."""

    def __init__(self, service: Service, aws_services: AwsServices) -> None:
        self._service = service
        self._aws_services = aws_services
        self._folder = service.core.directory / "incoming"
        self._folder.mkdir(exist_ok=True)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Handle one request."""
        if any("\0" in value for _, value in environ[authentication.HEADERS]):
            return _send(wire_format.failure(ValidationException("A header has a null character.")), start_response)
        if authentication.comes_from_a_browser(environ):
            start_response("403 Forbidden", [("Content-Length", "0")])
            return []
        try:
            return self._answer_signed(environ, start_response)
        except OSError as error:
            reason = disk.problem(error, self._service.core.directory)
            if reason is None:
                raise
            service = authentication.signed_request(environ).service
            return refuse(environ, start_response, reason, service=service, code=InsufficientStorage.code)

    def _answer_signed(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request that the key of this service has signed, and refuse any other."""
        with contextlib.ExitStack() as leaving:
            body = functools.cache(lambda: leaving.enter_context(bodies.receive(environ, self._folder)))
            try:
                answer = authentication.refuse_unsigned(environ, body, self._secret_of, start_response)
                if answer is None:
                    body()
                    leaving.enter_context(bodies.decode(environ, self._folder))
            except (ClientDisconnected, bodies.BadBodyError):
                # A client that was interrupted in the middle of its request is no defect of the service.
                _LOG.debug("A client hung up in the middle of its request, or sent a body that is not HTTP")
                refused = wire_format.failure(ValidationException("The request ended before its body did."))
                return _send(refused, start_response)
            if answer is None:
                with self._service.activity.request() if environ["PATH_INFO"] != IDENTITY_PATH else nullcontext():
                    answer = self._answer(environ, start_response)
            return answer  # the body is closed now: werkzeug does not close responses of clients that have hung up

    def _secret_of(self, access_key: str) -> str | None:
        core = self._service.core
        if access_key == core.key.access_key:
            return core.key.secret_key
        return issued_secret(core.account_id, core.region, access_key)

    def _answer(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        path = environ.get("PATH_INFO", "")
        runtime_path = _RUNTIME_PATH.fullmatch(path)
        scope = _SAGEMAKER_SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        for_sagemaker = scope is not None
        if path == IDENTITY_PATH:
            answer = wire_format.success(self._service.identity)
        elif scope and scope[1] != self._service.core.region:
            answer = wire_format.failure(_OtherRegionError(self._service.core.region, scope[1]))
        elif target.startswith("SageMaker."):
            answer = self._operation(target.removeprefix("SageMaker."), environ)
        elif runtime_path and for_sagemaker:
            answer = self._runtime(unquote(runtime_path[1]), runtime_path[2], environ)
        elif for_sagemaker and path != _METRICS_PATH:  # another interface of SageMaker, such as the feature store's
            answer = wire_format.failure(ValidationException(f"{path} is not supported by the local SageMaker."))
        else:
            _use_path_style(environ)
            return self._aws_services(environ, start_response)
        return _send(answer, start_response)

    def _operation(self, operation: str, environ: Environ) -> wire_format.HttpAnswer:
        def answer() -> wire_format.HttpAnswer:
            body = whole_body(environ, _LONGEST_REQUEST + 1)
            if len(body) > _LONGEST_REQUEST:
                raise ValidationException(f"The request has more than {_LONGEST_REQUEST} bytes.")
            request = wire_format.read_request(body)
            if operation in MOTO_OPERATIONS:
                check_request(operation, request)
                self._service.experiments.check(operation, request)
                by_moto = _through_moto(self._aws_services, environ)
                tags.follow_moto(self._service.core, operation, request, by_moto.body)
                return by_moto
            return wire_format.success(self._service.call(operation, request))

        return _guarded(operation, answer)

    def _runtime(self, endpoint: str, kind: str, environ: Environ) -> wire_format.HttpAnswer:
        def answer() -> wire_format.HttpAnswer:
            body = whole_body(environ, runtime.LONGEST_BODY + 1)
            headers = authentication.signed_request(environ).headers
            return runtime.invoke(self._service.core, self._service.endpoints, kind, endpoint, headers, body)

        return _guarded("InvokeEndpoint", answer)


def _send(answer: wire_format.HttpAnswer, start_response: Callable[..., Any]) -> Iterable[bytes]:
    status = f"{answer.status} {HTTPStatus(answer.status).phrase}"
    headers = {_REQUEST_ID: str(uuid.uuid4()), **answer.headers, "Content-Length": str(len(answer.body))}
    start_response(status, list(headers.items()))
    return [answer.body]


def _guarded(operation: str, answer: Callable[[], wire_format.HttpAnswer]) -> wire_format.HttpAnswer:
    try:
        return answer()
    except ModelError as error:
        return runtime.model_error(error)
    except ApiError as error:
        return wire_format.failure(error)
    except Exception as error:
        if disk.is_problem(error):
            raise
        _LOG.exception("%s failed", operation)
        return wire_format.failure(_InternalError(f"{type(error).__name__}: {error}"))


class _OtherRegionError(ApiError):
    """A request that is signed for another region, as an endpoint of AWS refuses it."""

    code = "InvalidSignatureException"
    status = 403

    def __init__(self, served: str, signed: str) -> None:
        super().__init__(
            f"Credential should be scoped to a valid region, not '{signed}'. The local SageMaker serves {served}: set "
            "AWS_DEFAULT_REGION or region_name to it."
        )


class _InternalError(ApiError):
    """A defect of this service. Its status is not 500, because clients would retry."""

    code = "InternalFailure"


def _use_path_style(environ: Environ) -> None:
    """Change a virtual-host-style address of S3, ``bucket.localhost``, to ``localhost/bucket``."""
    bucket = bucket_of_host(environ.get("HTTP_HOST", ""))
    if bucket and authentication.signed_request(environ).service in ("s3", None):
        for name in ("PATH_INFO", "REQUEST_URI", "RAW_URI"):
            environ[name] = f"/{bucket}{environ[name]}"
        environ["HTTP_HOST"] = environ["HTTP_HOST"].removeprefix(f"{bucket}.")


def _through_moto(aws_services: AwsServices, environ: Environ) -> wire_format.HttpAnswer:
    """Run one of the few SageMaker operations that moto implements faithfully."""
    captured: dict[str, Any] = {}

    def keep(status: str, headers: list[tuple[str, str]], *_rest: object) -> None:
        captured.update(status=int(status.split(maxsplit=1)[0]), headers=dict(headers))

    content = b"".join(aws_services(environ, keep))
    return wire_format.HttpAnswer(captured["status"], content, captured["headers"])


def bind(port: int) -> socket.socket:
    """Listen on a port of the loopback interface, so that the address is known before anything can answer there.

    Raises AddressError if the port is in use, or this user may not listen on it.
    """
    try:
        return socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise AddressError(
            f"Port {port} is not available: {reason}. Choose another, or 0 for any free port."
        ) from error


def url_of(listener: socket.socket) -> str:
    """The URL of a listening socket."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


class HttpServer:
    """The HTTP server of the endpoint, with threads in this process.

    It hangs up on a client that pauses for ``silence`` seconds in the middle of its request, or of reading its
    response: a request that stays half open would keep its thread for ever.
    """

    def __init__(self, application: Application, listener: socket.socket, *, silence: float = 60) -> None:
        from moto.moto_server.werkzeug_app import MotoRequestHandler

        class QuietHandler(MotoRequestHandler):
            """moto's handler, which keeps the case of S3 metadata, without a line on stderr for every request."""

            timeout = silence

            def make_environ(self) -> dict[str, Any]:
                return {**super().make_environ(), authentication.HEADERS: self.headers.items()}

            def parse_request(self) -> bool:
                parsed = super().parse_request()
                if parsed:
                    self.path = self.requestline.split()[1]  # http.server has removed slashes, which are signed
                return parsed

            def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's signature
                _LOG.debug(f"%s {message}", type, *args)

        self._server = make_server(
            "127.0.0.1", 0, application, threaded=True, request_handler=QuietHandler, fd=listener.fileno()
        )
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self._server.block_on_close = False  # type: ignore[attr-defined]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="http-server", daemon=True
        )

    def start(self) -> None:
        """Start to serve."""
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
