"""The multi model server as the toolkits in it see it: the context of a request, and the server's own responses."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from local_sagemaker.containers.inference_toolkit import codecs
from local_sagemaker.containers.serving.server import Application, Request, Response

_DEFAULT_MAX_REQUEST_SIZE = 6_553_500
"""The multi model server's limit, in bytes."""

_HEALTHY = json.dumps({"status": "Healthy"}, indent=2).encode() + b"\n"


class RequestProcessor:
    """The headers of one request, and the status and headers that the functions set for its response."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers
        self._status = int(HTTPStatus.OK)
        self._phrase: str | None = None
        self._response_headers: dict[str, str] = {}

    def get_request_property(self, key: str) -> str | None:
        """One header of the request."""
        return self._headers.get(key.lower())

    def get_request_properties(self) -> dict[str, str]:
        """The headers of the request, by lower-case names."""
        return dict(self._headers)

    def report_status(self, code: int, reason_phrase: str | None = None) -> None:
        """Set the response's status."""
        self._status, self._phrase = int(code), reason_phrase

    def get_response_status_code(self) -> int:
        """The response's status."""
        return self._status

    def get_response_status_phrase(self) -> str | None:
        """The reason phrase of the response's status."""
        return self._phrase

    def add_response_property(self, key: str, value: str) -> None:
        """Set a header of the response."""
        self._response_headers[key] = value

    def get_response_headers(self) -> dict[str, str]:
        """The headers of the response."""
        return self._response_headers

    def get_response_header(self, key: str) -> str | None:
        """One header of the response."""
        return self._response_headers.get(key)


class Context:
    """The optional last argument of the user's functions: properties of the server and of the request.

    Methods take the number of a request, since AWS's server can batch requests; here a batch is one request.

    ``system_properties`` has ``model_dir``, ``gpu_id``, ``batch_size``, ``server_name`` and ``server_version``;
    ``request_processor`` is the request, in a list.
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
        """Start a new request; its headers have lower-case names."""
        self.request_processor = [RequestProcessor(headers)]

    def answer(self, body: bytes, content_type: str) -> Response:
        """The response to the request, with the status and the headers that the functions have set."""
        request = self.request_processor[0]
        return Response(request.get_response_status_code(), body, content_type, request.get_response_headers())

    def get_all_request_header(self, number: int) -> dict[str, str]:
        """The headers of the request."""
        return self.request_processor[number].get_request_properties()

    def get_request_header(self, number: int, key: str) -> str | None:
        """One header of the request."""
        return self.request_processor[number].get_request_property(key)

    def set_response_status(self, code: int = 200, phrase: str = "", idx: int = 0) -> None:
        """Set the response's status."""
        self.request_processor[idx].report_status(code, phrase)

    def set_all_response_status(self, code: int = 200, phrase: str = "") -> None:
        """Set the response's status."""
        self.set_response_status(code, phrase)

    def get_response_status(self, number: int) -> tuple[int, str | None]:
        """The response's status and reason phrase."""
        request = self.request_processor[number]
        return request.get_response_status_code(), request.get_response_status_phrase()

    def set_response_header(self, number: int, key: str, value: str) -> None:
        """Set a header of the response."""
        self.request_processor[number].add_response_property(key, value)

    def get_response_headers(self, number: int) -> dict[str, str]:
        """The headers of the response."""
        return self.request_processor[number].get_response_headers()

    def set_response_content_type(self, number: int, value: str) -> None:
        """Set the response's content type; the toolkit replaces it by its own in the end."""
        self.set_response_header(number, "content-type", value)

    def get_response_content_type(self, number: int) -> str | None:
        """The content type that was set for the response."""
        return self.get_response_headers(number).get("content-type")


class ModelServerApplication(Application):
    """The common part of applications in the multi model server."""

    def __init__(self, model_folder: Path) -> None:
        self.max_content_length = _DEFAULT_MAX_REQUEST_SIZE
        self._context = Context(model_folder)
        self._default_accept = codecs.JSON

    def ping(self) -> Response:
        """Answer 200: without a loaded model, there is no server."""
        return Response(HTTPStatus.OK, _HEALTHY, codecs.JSON)

    def execution_parameters(self) -> Response:
        """Answer 404: the toolkits have no such path."""
        return Response(HTTPStatus.NOT_FOUND)

    def _take(self, request: Request) -> tuple[str | None, str]:
        """Start a request in the context; return its content type and the accepted type."""
        self._context.take(request.headers)
        accept = request.accept if request.accept and request.accept != "*/*" else self._default_accept
        return request.content_type or request.headers.get("contenttype"), accept


def payload_of(request: Request, content_type: str | None) -> str | bytearray:
    """A request's body as the functions get it: text, or a bytearray.

    Raises UnicodeDecodeError if the content type is text, and the body is not UTF-8.
    """
    return request.body.decode("utf-8") if content_type in codecs.TEXT_TYPES else bytearray(request.body)


def to_bytes(body: Any) -> bytes:
    """A function's result as the multi model server sends it: JSON, unless it is bytes or text."""
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    return (body if isinstance(body, str) else json.dumps(body, indent=2)).encode()
