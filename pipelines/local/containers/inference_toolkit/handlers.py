"""The functions that answer requests: the user's, and the image's own where the user has none."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from pipelines.local.containers.images import Serving
from pipelines.local.containers.inference_toolkit import codecs

Function = Callable[..., Any]


@dataclass(frozen=True)
class Handlers:
    """What loads the model and what makes an answer of a request."""

    model: Function
    transform: Function


def load_handlers(code: Path, module_name: str, kind: Serving) -> Handlers:
    """Import the user's module, if there is one, and fill in what it leaves out.

    Parameters
    ----------
    code
        The folder of the user's code; it may be missing.
    module_name
        The module that holds the functions.
    kind
        Whose defaults to use.

    Raises
    ------
    ValueError
        The module has ``transform_fn`` and one of the functions that it replaces.
    ImportError
        The module, which has to be there, is not, or does not import.
    """
    if code.is_dir():
        sys.path.insert(0, str(code))
    module = importlib.import_module(module_name) if _has(module_name) else ModuleType("no_user_module")
    transform = getattr(module, "transform_fn", None)
    if transform and any(hasattr(module, name) for name in ("input_fn", "predict_fn", "output_fn")):
        raise ValueError(
            "Cannot use transform_fn implementation in conjunction with "
            "input_fn, predict_fn, and/or output_fn implementation"
        )
    defaults = _DEFAULTS[kind]
    steps = [getattr(module, name, default) for name, default in zip(_STEPS, defaults, strict=True)]
    return Handlers(getattr(module, "model_fn", _no_model_fn), transform or _in_steps(*steps))


def call(function: Function, *arguments: object) -> Any:
    """Call a user's function; one that takes one argument more gets a context, which is None here."""
    takes = len(inspect.signature(function).parameters)
    if takes == len(arguments):
        return function(*arguments)
    if takes == len(arguments) + 1:
        return function(*arguments, None)
    raise TypeError(f"{function.__name__} takes {takes} arguments but {len(arguments)} were given.")


def _has(module_name: str) -> bool:
    return importlib.util.find_spec(module_name) is not None


def _in_steps(input_fn: Function, predict_fn: Function, output_fn: Function) -> Function:
    def transform(model: object, payload: str | bytes, content_type: str | None, accept: str) -> Any:
        return call(output_fn, call(predict_fn, call(input_fn, payload, content_type), model), accept)

    return transform


def _no_model_fn(model_dir: str) -> object:
    raise NotImplementedError(
        "Please provide a model_fn implementation.\n"
        "See documentation for model_fn at https://sagemaker.readthedocs.io/en/stable/"
    )


def _no_predict_fn(data: object, model: object) -> object:
    raise NotImplementedError(
        "Please provide a predict_fn implementation.\n"
        "See documentation for predict_fn at https://sagemaker.readthedocs.io/en/stable/"
    )


def _output(prediction: object, accept: str) -> tuple[bytes, str]:
    return codecs.encode(prediction, accept), accept


def _sklearn_input(payload: str | bytes, content_type: str | None) -> np.ndarray[Any, Any]:
    decoded = codecs.decode(payload, content_type)
    return decoded.astype(np.float32) if content_type in codecs.TEXT_TYPES else decoded


def _predict(data: object, model: Any) -> Any:
    return model.predict(data)


def _xgboost_input(payload: str | bytes, content_type: str | None) -> Any:
    from pipelines.local.containers.xgboost import payloads

    return payloads.parse(payload.encode() if isinstance(payload, str) else payload, content_type)


def _xgboost_predict(data: object, model: Any) -> Any:
    return model.predict(data, validate_features=False)


_STEPS = ("input_fn", "predict_fn", "output_fn")
_DEFAULTS: dict[Serving, tuple[Function, Function, Function]] = {
    "toolkit": (codecs.decode, _no_predict_fn, _output),
    "sklearn": (_sklearn_input, _predict, _output),
    "xgboost": (_xgboost_input, _xgboost_predict, _output),
}
