"""The server of the scikit-learn and XGBoost images for a user's script, which runs in a Flask worker on AWS.

Flask itself is not needed: this module converts a function's result to a response as Flask does.
"""

import calendar
import dataclasses
import datetime as dt
import json
import logging
import uuid
from collections.abc import Iterator, Mapping
from email.utils import formatdate
from http import HTTPStatus
from pathlib import Path
from typing import Any

from local_sagemaker.containers.inference_toolkit import codecs
from local_sagemaker.containers.inference_toolkit.handlers import Handlers
from local_sagemaker.containers.serving.server import Application, Request, Response, status_page, with_charset

logger = logging.getLogger(__name__)


class WorkerApplication(Application):
    """Answers requests with the user's functions; any error is a 500 without details, and a traceback in the log.

    So is a content type that the image's default functions cannot read or write: the images treat them as the user's.
    """

    def __init__(self, handlers: Handlers, model_folder: Path, environment: Mapping[str, str]) -> None:
        self._handlers = handlers
        self._default_accept = environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or codecs.JSON
        self._model = handlers.model(str(model_folder))

    def ping(self) -> Response:
        """Answer 200: without a loaded model, there is no server."""
        return Response(HTTPStatus.OK, content_type=codecs.JSON)

    def execution_parameters(self) -> Response:
        """Answer with the user's ``execution_parameters_fn``, or 404 without one."""
        if self._handlers.execution_parameters is None:
            return super().execution_parameters()
        return _as_response(self._handlers.execution_parameters())

    def invoke(self, request: Request) -> Response:
        """Run the user's functions on one request; without a content type it is JSON."""
        content_type = request.headers.get("contenttype") or request.content_type or codecs.JSON
        accept = request.accept if request.accept and request.accept != "*/*" else self._default_accept
        text = content_type in codecs.TEXT_TYPES
        try:
            payload = request.body.decode("utf-8", "replace") if text else request.body
            return self._transform(payload, content_type, accept)
        except Exception:
            logger.exception("The request failed.")
            return status_page(HTTPStatus.INTERNAL_SERVER_ERROR)

    def _transform(self, payload: str | bytes, content_type: str, accept: str) -> Response:
        handlers = self._handlers
        if handlers.transform is not None:
            return _as_response(handlers.transform(self._model, payload, content_type, accept))
        data = handlers.input(payload, content_type)
        return _as_response(handlers.output(handlers.predict(data, self._model), accept))


def _as_response(result: Any) -> Response:
    """Convert a view's result as Flask does, and the toolkit's tuples of a body and its type."""
    if isinstance(result, tuple):
        body, kind = result[:2]
        data = b"" if body is None else _to_bytes(body)
        return Response(HTTPStatus.OK, data, with_charset(kind or codecs.JSON))
    if hasattr(result, "get_data"):  # a response, of Flask's or of the toolkit's
        kind = result.content_type or codecs.JSON
        return Response(result.status_code, result.get_data(), kind, dict(getattr(result, "headers", {})))
    if isinstance(result, dict | list):
        text = json.dumps(result, sort_keys=True, separators=(",", ":"), default=_plain)
        return Response(HTTPStatus.OK, text.encode() + b"\n", codecs.JSON)
    return Response(HTTPStatus.OK, _to_bytes(result))


def _plain(value: Any) -> Any:
    """Convert a value for JSON as Flask's encoder does."""
    if isinstance(value, dt.date):
        moment = value.utctimetuple() if isinstance(value, dt.datetime) else value.timetuple()
        return formatdate(calendar.timegm(moment), usegmt=True)
    if isinstance(value, uuid.UUID):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _to_bytes(body: Any) -> bytes:
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, Iterator):
        return b"".join(map(_to_bytes, body))
    raise TypeError(f"The functions gave a {type(body).__name__}; text, bytes or a response can be sent.")
