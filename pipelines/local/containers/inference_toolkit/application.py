"""The server of an image with the inference toolkit: the user's functions behind ``/invocations``."""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

from pipelines.local.containers.images import Serving
from pipelines.local.containers.inference_toolkit import codecs
from pipelines.local.containers.inference_toolkit.handlers import Handlers, call, load_handlers
from pipelines.local.containers.serving.server import Request, Response
from pipelines.local.containers.training_toolkit.code import fetch_code
from pipelines.local.containers.training_toolkit.layout import Layout

DEFAULT_PROGRAM = "inference.py"

logger = logging.getLogger(__name__)


class ToolkitApplication:
    """Answers with the user's functions; whatever they raise is a 500 with their trace."""

    max_content_length: int | None = None

    def __init__(self, handlers: Handlers, model_folder: Path, environment: Mapping[str, str]) -> None:
        self._handlers = handlers
        self._default_accept = environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or codecs.JSON
        self._model = call(handlers.model, str(model_folder))

    @classmethod
    def of_this_container(cls, kind: Serving) -> ToolkitApplication:
        """Fetch and import the user's code, and load the model."""
        model_folder = Layout.of_this_container().model
        code = _code_folder(model_folder)
        program = os.environ["SAGEMAKER_PROGRAM"] if kind == "xgboost" else os.environ.get("SAGEMAKER_PROGRAM")
        module = (DEFAULT_PROGRAM if program is None else program).removesuffix(".py")
        return cls(load_handlers(code, module, kind), model_folder, os.environ)

    def ping(self) -> Response:
        """The model is loaded, or there would be no server."""
        return Response(HTTPStatus.OK)

    def execution_parameters(self) -> Response:
        """The toolkit has no such answer."""
        return Response(HTTPStatus.NOT_FOUND)

    def invoke(self, request: Request) -> Response:
        """Run the user's functions on one request."""
        content_type = request.content_type
        accept = request.accept if request.accept and request.accept != "*/*" else self._default_accept
        try:
            payload = request.body.decode("utf-8") if content_type in codecs.TEXT_TYPES else request.body
            result = call(self._handlers.transform, self._model, payload, content_type, accept)
        except Exception as error:  # noqa: BLE001 - the user's functions may raise anything, and the client is told
            message = f"{error}\n{traceback.format_exc()}"
            logger.error("%s", message)  # noqa: TRY400 - the trace is in the message
            return Response(HTTPStatus.INTERNAL_SERVER_ERROR, message.encode())
        body, kind = result if isinstance(result, tuple) else (result, accept)
        return Response(HTTPStatus.OK, body if isinstance(body, bytes) else str(body).encode(), kind)


def _code_folder(model_folder: Path) -> Path:
    """Where the user's code lies: in the artifact, or fetched from where ``SAGEMAKER_SUBMIT_DIRECTORY`` says."""
    source = os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY") or ""
    inside = model_folder / "code"
    if not source or source.rstrip("/") == str(inside):
        return inside
    code = Layout.of_this_container().code
    fetch_code(source.removeprefix("file://"), code)
    return code
