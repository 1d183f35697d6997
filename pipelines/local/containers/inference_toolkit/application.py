"""The server of an image with the inference toolkit: the user's functions behind ``/invocations``."""

from __future__ import annotations

import inspect
import json
import logging
import os
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from pipelines.local.containers.images import Serving
from pipelines.local.containers.inference_toolkit import codecs
from pipelines.local.containers.inference_toolkit.handlers import Function, Handlers
from pipelines.local.containers.serving.server import Request, Response
from pipelines.local.containers.training_toolkit.layout import Layout

DEFAULT_MAX_REQUEST_SIZE = 6_553_500
"""In bytes, of the multi model server."""

HEALTHY = json.dumps({"status": "Healthy"}, indent=2).encode() + b"\n"
"""What the multi model server says of itself."""

logger = logging.getLogger(__name__)


class RequestProcessor:
    """One request's headers, and what the functions say about its answer."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers
        self._status = int(HTTPStatus.OK)
        self._phrase: str | None = None
        self._told: dict[str, str] = {}

    def get_request_property(self, key: str) -> str | None:
        """One header of the request."""
        return self._headers.get(key.lower())

    def get_request_properties(self) -> dict[str, str]:
        """The headers of the request, by lower-case names."""
        return dict(self._headers)

    def report_status(self, code: int, reason_phrase: str | None = None) -> None:
        """Say the answer's status."""
        self._status, self._phrase = int(code), reason_phrase

    def get_response_status_code(self) -> int:
        """The answer's status."""
        return self._status

    def get_response_status_phrase(self) -> str | None:
        """The words of the answer's status."""
        return self._phrase

    def add_response_property(self, key: str, value: str) -> None:
        """Say a header of the answer."""
        self._told[key] = value

    def get_response_headers(self) -> dict[str, str]:
        """The headers of the answer."""
        return self._told

    def get_response_header(self, key: str) -> str | None:
        """One header of the answer."""
        return self._told.get(key)


class Context:
    """What a function that takes one argument more is given: what it may ask of its server and of the request.

    The numbers of requests are of account where a server batches them; here there is one.

    Attributes
    ----------
    system_properties
        ``model_dir``, ``gpu_id``, ``batch_size``, ``server_name`` and ``server_version``.
    request_processor
        The request, in a list.
    """

    def __init__(self, model_folder: Path) -> None:
        self.system_properties: dict[str, Any] = {
            "model_dir": str(model_folder),
            "gpu_id": None,
            "batch_size": 1,
            "server_name": "MMS",
            "server_version": "1.0",
        }
        self.take({})

    def take(self, headers: Mapping[str, str]) -> None:
        """Be asked about another request, whose headers go by lower-case names."""
        self.request_processor = [RequestProcessor(headers)]

    def answer(self, body: bytes, content_type: str) -> Response:
        """The answer to the request, with the status and the headers that the functions have said."""
        request = self.request_processor[0]
        return Response(request.get_response_status_code(), body, content_type, request.get_response_headers())

    def get_all_request_header(self, number: int) -> dict[str, str]:
        """The headers of the request."""
        return self.request_processor[number].get_request_properties()

    def get_request_header(self, number: int, key: str) -> str | None:
        """One header of the request."""
        return self.request_processor[number].get_request_property(key)

    def set_response_status(self, code: int = 200, phrase: str = "", idx: int = 0) -> None:
        """Say the answer's status."""
        self.request_processor[idx].report_status(code, phrase)

    def set_all_response_status(self, code: int = 200, phrase: str = "") -> None:
        """Say the answer's status."""
        self.set_response_status(code, phrase)

    def get_response_status(self, number: int) -> tuple[int, str | None]:
        """The answer's status, and its words."""
        request = self.request_processor[number]
        return request.get_response_status_code(), request.get_response_status_phrase()

    def set_response_header(self, number: int, key: str, value: str) -> None:
        """Say a header of the answer."""
        self.request_processor[number].add_response_property(key, value)

    def get_response_headers(self, number: int) -> dict[str, str]:
        """The headers of the answer."""
        return self.request_processor[number].get_response_headers()

    def set_response_content_type(self, number: int, value: str) -> None:
        """Say the answer's type, which the toolkit says itself in the end."""
        self.set_response_header(number, "content-type", value)

    def get_response_content_type(self, number: int) -> str | None:
        """The answer's type, as far as it was said."""
        return self.get_response_headers(number).get("content-type")


class ToolkitApplication:
    """Answers with the user's functions; whatever they raise is a 500 with their trace.

    An error of the toolkit's own, ``sagemaker_inference.errors.BaseInferenceToolkitError``, says another status.
    """

    def __init__(self, handlers: Handlers, model_folder: Path, environment: Mapping[str, str]) -> None:
        self._handlers = handlers
        self._default_accept = environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or codecs.JSON
        megabytes = environment.get("SAGEMAKER_MAX_REQUEST_SIZE")
        self.max_content_length: int | None = int(megabytes) * 1024**2 if megabytes else DEFAULT_MAX_REQUEST_SIZE
        self._context = Context(model_folder)
        if handlers.before_model is not None:
            self._call(handlers.before_model, str(model_folder))
        self._model = self._call(handlers.model, str(model_folder))
        if handlers.warm_up is not None:
            self._call(handlers.warm_up, str(model_folder), self._model)

    @classmethod
    def of_this_container(cls, kind: Serving) -> ToolkitApplication:
        """Import the user's code and load the model."""
        return cls(Handlers.of_this_container(kind), Layout.of_this_container().model, os.environ)

    def ping(self) -> Response:
        """The model is loaded, or there would be no server."""
        return Response(HTTPStatus.OK, HEALTHY, codecs.JSON)

    def execution_parameters(self) -> Response:
        """The toolkit has no such answer."""
        return Response(HTTPStatus.NOT_FOUND)

    def invoke(self, request: Request) -> Response:
        """Run the user's functions on one request."""
        content_type = request.content_type or request.headers.get("contenttype")
        accept = request.accept if request.accept and request.accept != "*/*" else self._default_accept
        self._context.take(request.headers)
        try:
            text = content_type in codecs.TEXT_TYPES
            # What is no text is a bytearray, as the multi model server hands it on.
            payload = request.body.decode("utf-8") if text else bytearray(request.body)
            result = self._transform(payload, content_type, accept)
            body, kind = result[:2] if isinstance(result, tuple) else (result, accept)
            return self._context.answer(to_bytes(body), kind)
        except Exception as error:  # noqa: BLE001 - the user's functions may raise anything, and the client is told
            return _failed(error)

    def _transform(self, payload: str | bytearray, content_type: str | None, accept: str) -> Any:
        handlers = self._handlers
        if handlers.transform is not None:
            return self._call(handlers.transform, self._model, payload, content_type, accept)
        data = self._call(handlers.input, payload, content_type)
        return self._call(handlers.output, self._call(handlers.predict, data, self._model), accept)

    def _call(self, function: Function, *arguments: object) -> Any:
        """Call a user's function; one that takes one argument more gets the context."""
        takes = len(inspect.signature(function).parameters)
        if takes == len(arguments):
            return function(*arguments)
        if takes == len(arguments) + 1:
            return function(*arguments, self._context)
        raise TypeError(f"{function.__name__} takes {takes} arguments but {len(arguments)} were given.")


def _failed(error: Exception) -> Response:
    status, text = int(HTTPStatus.INTERNAL_SERVER_ERROR), str(error) or "Invalid Request"
    # By name: the toolkit that the user's code imports may be AWS's own.
    if any(kind.__name__ == "BaseInferenceToolkitError" for kind in type(error).__mro__):
        status, text = error.status_code, error.message  # type: ignore[attr-defined]
    message = f"{text}\n{''.join(traceback.format_exception(error))}"
    logger.error("%s", message)
    return Response(status, message.encode())


def to_bytes(body: Any) -> bytes:
    """What the multi model server sends of a function's result: what is neither bytes nor text is JSON."""
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    return (body if isinstance(body, str) else json.dumps(body, indent=2)).encode()
