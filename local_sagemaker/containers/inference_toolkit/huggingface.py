"""The server of Hugging Face's images: their inference toolkit with the user's functions, without pipelines."""

import inspect
import json
import logging
import os
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from local_sagemaker.containers.inference_toolkit import codecs
from local_sagemaker.containers.inference_toolkit.handlers import Function, Handlers
from local_sagemaker.containers.inference_toolkit.huggingface_codecs import PredictionError
from local_sagemaker.containers.inference_toolkit.model_server import ModelServerApplication, payload_of, to_bytes
from local_sagemaker.containers.serving.server import Request, Response

_NO_CSV = ("zero-shot-classification", "table-question-answering")
_ESCAPED = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&='\u2028\u2029"})
"""The characters that the multi model server escapes in its JSON."""

logger = logging.getLogger(__name__)


class HuggingFaceApplication(ModelServerApplication):
    """Answers requests with the user's functions; an error is a 400 in the multi model server's wording."""

    def __init__(self, handlers: Handlers, model_folder: Path) -> None:
        super().__init__(model_folder)
        self._input = self._with_context(handlers.input, 2)
        self._predict = self._with_context(handlers.predict, 2)
        self._output = self._with_context(handlers.output, 2)
        self._transform = self._run_steps if handlers.transform is None else self._with_context(handlers.transform, 4)
        self._model = self._with_context(handlers.model, 1)(str(model_folder))

    def invoke(self, request: Request) -> Response:
        """Run the user's functions on one request."""
        content_type, accept = self._take(request)
        try:
            result = self._transform(self._model, payload_of(request, content_type), content_type, accept)
        except Exception as error:
            logger.exception("Prediction error")
            return _refusal(HTTPStatus.BAD_REQUEST, str(error))
        try:
            return self._context.answer(to_bytes(result), accept)
        except TypeError:
            logger.warning("Unable to serialize model output.", exc_info=True)
            return _refusal(HTTPStatus.SERVICE_UNAVAILABLE, "Unsupported model output data type.")

    def _run_steps(self, model: object, payload: str | bytearray, content_type: str | None, accept: str) -> Any:
        if content_type == codecs.CSV and (task := os.environ.get("HF_TASK")) in _NO_CSV:
            raise PredictionError(f"content type {content_type} not support with {task}, use different content_type")
        return self._output(self._predict(self._input(payload, content_type), model), accept)

    def _with_context(self, function: Function, arguments: int) -> Callable[..., Any]:
        """The function, which also gets the context if it takes one argument more."""
        takes = len(inspect.signature(function).parameters)
        if takes == arguments:
            return function
        if takes == arguments + 1:
            return lambda *given: function(*given, self._context)
        raise TypeError(
            f"{function.__name__} definition takes {arguments} or {arguments + 1} arguments but {takes} were given."
        )


def _refusal(status: HTTPStatus, message: str) -> Response:
    document = {"code": int(status), "type": "InternalServerException", "message": message}
    text = json.dumps(document, indent=2, ensure_ascii=False).translate(_ESCAPED)
    return Response(status, f"{text}\n".encode(), codecs.JSON)
