"""The functions that answer requests: the user's, and the image's defaults for those that the user leaves out."""

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import numpy as np

from local_sagemaker.containers.images import Serving
from local_sagemaker.containers.inference_toolkit import codecs, huggingface_codecs, pytorch
from local_sagemaker.containers.inference_toolkit.missing_handlers import no_model_fn, no_pipeline, no_predict_fn
from local_sagemaker.containers.process.hard_coded_paths import require_none_in_script
from local_sagemaker.containers.training_toolkit.code import TOOLKITS, fetch_code
from local_sagemaker.containers.training_toolkit.layout import Layout
from local_sagemaker.containers.training_toolkit.requirements import install

DEFAULT_PROGRAM = "inference.py"

Function = Callable[..., Any]


@dataclass(frozen=True)
class Handlers:
    """The functions that load the model and answer a request: ``transform``, or the other three.

    ``before_model`` and ``warm_up`` run before and after the model is loaded; ``execution_parameters`` answers
    ``/execution-parameters``.
    """

    model: Function
    input: Function
    predict: Function
    output: Function
    transform: Function | None
    before_model: Function | None
    warm_up: Function | None
    execution_parameters: Function | None

    @classmethod
    def of_this_container(cls, kind: Serving) -> Self:
        """Import the user's code, which ``prepare_code`` has fetched, and add the defaults.

        ``kind`` is the image whose defaults to use.

        Raises ValueError if the module has ``transform_fn`` and a function that it replaces; ImportError if the module
        does not exist, though the image requires it, or its import fails.
        """
        program = os.environ["SAGEMAKER_PROGRAM"] if kind == "xgboost" else os.environ.get("SAGEMAKER_PROGRAM")
        module = _import((DEFAULT_PROGRAM if program is None else program).removesuffix(".py"))
        transform = getattr(module, "transform_fn", None)
        replaced = [getattr(module, name, None) for name in ("input_fn", "predict_fn", "output_fn")]
        if transform and any(replaced):
            raise ValueError(
                "Cannot use transform_fn implementation in conjunction with "
                "input_fn, predict_fn, and/or output_fn implementation"
            )
        input_fn, predict_fn, output_fn = (
            function or default for function, default in zip(replaced, _DEFAULTS[kind], strict=True)
        )
        return cls(
            model=_model_function(module, kind),
            input=input_fn,
            predict=predict_fn,
            output=output_fn,
            transform=transform,
            before_model=getattr(module, "pre_model_fn", None),
            warm_up=getattr(module, "model_warmup_fn", None),
            execution_parameters=getattr(module, "execution_parameters_fn", None),
        )


def prepare_code(kind: Serving) -> None:
    """Fetch the user's code, install its requirements, and put both on the import path; once for all workers.

    Raises ClientError if the code cannot be fetched, its requirements cannot be installed, or it contains a path
    that cannot be replaced.
    """
    code = _code_folder(kind)
    if code.is_dir():
        script = code / (os.environ.get("SAGEMAKER_PROGRAM") or DEFAULT_PROGRAM)
        require_none_in_script(script, [], os.environ, Layout.of_this_container().base)
        packages = install(code, package=kind in ("sklearn", "xgboost"), toolkit="sagemaker-containers")
        sys.path[:0] = filter(None, [str(code), packages])
    sys.path.append(str(TOOLKITS))


def _code_folder(kind: Serving) -> Path:
    """The folder of the user's code: in the artifact, or fetched from ``SAGEMAKER_SUBMIT_DIRECTORY``."""
    layout = Layout.of_this_container()
    source = os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY") or ""
    inside = layout.model / "code"
    if kind == "autogluon" or not source or source.rstrip("/") == str(inside):
        return inside
    fetch_code(source.removeprefix("file://"), layout.code)
    return layout.code


def _import(module_name: str) -> ModuleType:
    found = importlib.util.find_spec(module_name) is not None
    return importlib.import_module(module_name) if found else ModuleType("no_user_module")


def _call_pipeline(data: Any, model: Function) -> Any:
    """Call the model with the inputs, and the parameters as keyword arguments."""
    inputs = data.pop("inputs", data)
    parameters = data.pop("parameters", None)
    return model(inputs) if parameters is None else model(inputs, **parameters)


def _output(prediction: object, accept: str) -> tuple[str | bytes, str]:
    return codecs.encode_strictly(prediction, accept), accept


def _sklearn_input(payload: str | bytes, content_type: str | None) -> np.ndarray[Any, Any]:
    decoded = codecs.decode_strictly(payload, content_type)
    return decoded.astype(np.float32) if content_type in codecs.TEXT_TYPES else decoded


def _predict(data: object, model: Any) -> Any:
    return model.predict(data)


def _model_function(module: ModuleType, kind: Serving) -> Function:
    default = _LOADERS.get(kind, no_model_fn)
    function = getattr(module, "model_fn", default)
    # Only Hugging Face's toolkit treats a function that is None as missing.
    return default if function is None and kind == "huggingface" else function


def _xgboost_input(payload: str | bytes, content_type: str) -> Any:
    from local_sagemaker.containers.xgboost.payloads import decode

    return decode(payload, content_type)


def _xgboost_predict(data: object, model: Any) -> Any:
    return model.predict(data, validate_features=False)


_LOADERS: dict[Serving, Function] = {"pytorch": pytorch.load_model, "huggingface": no_pipeline}

_DEFAULTS: dict[Serving, tuple[Function, Function, Function]] = {
    "toolkit": (codecs.decode, no_predict_fn, codecs.encode_acceptably),
    "pytorch": (pytorch.decode, pytorch.predict, pytorch.encode),
    "sklearn": (_sklearn_input, _predict, _output),
    "huggingface": (huggingface_codecs.decode, _call_pipeline, huggingface_codecs.encode),
    "xgboost": (_xgboost_input, _xgboost_predict, _output),
}
