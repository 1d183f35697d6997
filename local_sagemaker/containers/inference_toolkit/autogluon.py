"""The server of the AutoGluon image since 1.6: the user's ``model_fn`` and ``transform_fn``, without defaults.

Its reference is https://auto.gluon.ai/cloud/dev/container/reference.html.
"""

import importlib.util
import json
import logging
import os
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import Any, Self

from local_sagemaker.containers.errors import ClientError
from local_sagemaker.containers.inference_toolkit import codecs
from local_sagemaker.containers.serving.server import Application, Request, Response
from local_sagemaker.containers.training_toolkit.layout import Layout

_JSON_LINES = "application/jsonl"

logger = logging.getLogger(__name__)


class AutoGluonApplication(Application):
    """Passes each request to ``transform_fn``; a ValueError is a 400 with its message, any other error a 500.

    Raises ClientError if the module lacks one of the two functions.
    """

    def __init__(self, module: ModuleType, model_folder: Path, environment: Mapping[str, str]) -> None:
        model_fn = _function(module, "model_fn")
        self._transform = _function(module, "transform_fn")
        self._default_accept = environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or codecs.JSON
        self._model = model_fn(str(model_folder))

    @classmethod
    def of_this_container(cls) -> Self:
        """Import the user's code, which this image takes from the model artifact only, and load the model."""
        folder = Layout.of_this_container().model
        program = folder / "code" / os.environ.get("SAGEMAKER_PROGRAM", "inference.py")
        return cls(_load(program), folder, os.environ)

    def invoke(self, request: Request) -> Response:
        """Run ``transform_fn`` on one request."""
        content_type = _media_type(request.content_type, codecs.JSON)
        accept = _media_type(request.accept, self._default_accept)
        text = content_type.startswith("text/") or content_type in (codecs.JSON, _JSON_LINES)
        try:
            result = self._transform(self._model, request.body.decode() if text else request.body, content_type, accept)
        except ValueError as error:
            return _failed(HTTPStatus.BAD_REQUEST, str(error))
        except Exception:
            logger.exception("AutoGluon inference failed")
            return _failed(HTTPStatus.INTERNAL_SERVER_ERROR, "inference failed")
        body, kind = result if isinstance(result, tuple) and len(result) == 2 else (result, accept)
        if not isinstance(body, str | bytes | bytearray):
            return _failed(HTTPStatus.INTERNAL_SERVER_ERROR, f"handler returned {type(body).__name__} for {kind}")
        return Response(
            HTTPStatus.OK, body.encode() if isinstance(body, str) else bytes(body), _media_type(kind, accept)
        )


def _load(program: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("autogluon_user_handler", program)
    if not program.is_file() or spec is None or spec.loader is None:
        raise ClientError(f"AutoGluon inference handler not found: {program}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _function(module: ModuleType, name: str) -> Callable[..., Any]:
    function: Any = getattr(module, name, None)
    if not callable(function):
        raise ClientError(
            f"The AutoGluon image needs a function {name} in the inference handler; define model_fn and transform_fn."
        )
    handler: Callable[..., Any] = function
    return handler


def _media_type(given: str | None, default: str) -> str:
    """The first type of a header, without parameters; the default for none and for any."""
    first = (given or default).partition(",")[0].partition(";")[0].strip().lower()
    return default if first in ("", "*/*") else first


def _failed(status: HTTPStatus, message: str) -> Response:
    return Response(status, json.dumps({"detail": message}, separators=(",", ":")).encode() + b"\n", codecs.JSON)
