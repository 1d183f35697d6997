"""What the multi model server is to the toolkits that run in it: its context, its own answers, and what it hands on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from local_sagemaker.containers.inference_toolkit import codecs
from local_sagemaker.containers.serving.server import Request, Response

_DEFAULT_MAX_REQUEST_SIZE = 6_553_500
"""In bytes, of the multi model server."""

_HEALTHY = json.dumps({"status": "Healthy"}, indent=2).encode() + b"\n"


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


class ModelServerApplication:
    """What applications in the multi model server have alike.

    Attributes
    ----------
    max_content_length
        The most bytes that a request may have.
    """

    def __init__(self, model_folder: Path) -> None:
        self.max_content_length: int | None = _DEFAULT_MAX_REQUEST_SIZE
        self._context = Context(model_folder)
        self._default_accept = codecs.JSON

    def ping(self) -> Response:
        """The model is loaded, or there would be no server."""
        return Response(HTTPStatus.OK, _HEALTHY, codecs.JSON)

    def execution_parameters(self) -> Response:
        """The toolkits have no such answer."""
        return Response(HTTPStatus.NOT_FOUND)

    def _take(self, request: Request) -> tuple[str | None, str]:
        """Let the context know of a request; its content type, and the type that is wanted back."""
        self._context.take(request.headers)
        accept = request.accept if request.accept and request.accept != "*/*" else self._default_accept
        return request.content_type or request.headers.get("contenttype"), accept


def payload_of(request: Request, content_type: str | None) -> str | bytearray:
    """A request's body as the functions get it: what is no text is a bytearray.

    Raises
    ------
    UnicodeDecodeError
        It says to be text, and is none.
    """
    return request.body.decode("utf-8") if content_type in codecs.TEXT_TYPES else bytearray(request.body)


def to_bytes(body: Any) -> bytes:
    """What the multi model server sends of a function's result: what is neither bytes nor text is JSON."""
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    return (body if isinstance(body, str) else json.dumps(body, indent=2)).encode()
