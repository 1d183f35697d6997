"""The server of an image with the inference toolkit: the user's functions behind ``/invocations``."""

import inspect
import logging
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from local_sagemaker.containers.inference_toolkit.handlers import Function, Handlers
from local_sagemaker.containers.inference_toolkit.model_server import ModelServerApplication, payload_of, to_bytes
from local_sagemaker.containers.serving.server import Request, Response

logger = logging.getLogger(__name__)

_SIZE_LIMITS = {
    "SAGEMAKER_MAX_REQUEST_SIZE": 1024**2,
    "SAGEMAKER_MAX_PAYLOAD_IN_MB": 1024**2,  # by the inference toolkit since 2023; batch transform sets it
    "TS_MAX_REQUEST_SIZE": 1,  # by TorchServe
}
"""The variables with the maximum size of a request, and their units in bytes; the last one that is set counts."""


class ToolkitApplication(ModelServerApplication):
    """Answers requests with the user's functions; an exception is a 500 with its traceback.

    An error of the toolkit, ``sagemaker_inference.errors.BaseInferenceToolkitError``, has a status of its own.
    """

    def __init__(self, handlers: Handlers, model_folder: Path, environment: Mapping[str, str]) -> None:
        super().__init__(model_folder)
        self._handlers = handlers
        self._default_accept = environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or self._default_accept
        for name, unit in _SIZE_LIMITS.items():
            if size := environment.get(name):
                self.max_content_length = int(size) * unit
        if handlers.before_model is not None:
            self._call(handlers.before_model, str(model_folder))
        self._model = self._call(handlers.model, str(model_folder))
        if handlers.warm_up is not None:
            self._call(handlers.warm_up, str(model_folder), self._model)

    def invoke(self, request: Request) -> Response:
        """Run the user's functions on one request."""
        content_type, accept = self._take(request)
        try:
            result = self._transform(payload_of(request, content_type), content_type, accept)
            body, kind = result[:2] if isinstance(result, tuple) else (result, accept)
            return self._context.answer(to_bytes(body), kind)
        except Exception as error:  # noqa: BLE001 - the user's functions may raise anything, and the client gets it
            return _failed(error)

    def _transform(self, payload: str | bytearray, content_type: str | None, accept: str) -> Any:
        handlers = self._handlers
        if handlers.transform is not None:
            return self._call(handlers.transform, self._model, payload, content_type, accept)
        data = self._call(handlers.input, payload, content_type)
        return self._call(handlers.output, self._call(handlers.predict, data, self._model), accept)

    def _call(self, function: Function, *arguments: object) -> Any:
        """Call a user's function, with the context if it takes one argument more."""
        takes = len(inspect.signature(function).parameters)
        if takes == len(arguments):
            return function(*arguments)
        if takes == len(arguments) + 1:
            return function(*arguments, self._context)
        raise TypeError(f"{function.__name__} takes {takes} arguments but {len(arguments)} were given.")


def _failed(error: Exception) -> Response:
    status, text = int(HTTPStatus.INTERNAL_SERVER_ERROR), str(error) or "Invalid Request"
    # Compared by name: the user's code may import AWS's own toolkit, if that is installed.
    if any(kind.__name__ == "BaseInferenceToolkitError" for kind in type(error).__mro__):
        status, text = error.status_code, error.message  # type: ignore[attr-defined]
    message = f"{text}\n{''.join(traceback.format_exception(error))}"
    logger.error("%s", message)
    return Response(status, message.encode())
