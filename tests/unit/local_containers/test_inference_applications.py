"""Unusual functions and results of users in the inference toolkit and the Flask worker."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from local_sagemaker.containers.images import Serving
from local_sagemaker.containers.inference_toolkit import handlers
from local_sagemaker.containers.inference_toolkit.application import ToolkitApplication
from local_sagemaker.containers.inference_toolkit.handlers import Handlers
from local_sagemaker.containers.inference_toolkit.worker import WorkerApplication
from local_sagemaker.containers.serving.server import Application, Request, Response

MODEL = "import numpy as np\ndef model_fn(model_dir): return 'model'\n"
ECHO = f"{MODEL}def input_fn(data, kind): return data\ndef predict_fn(data, model): return data\n"
BOTH = pytest.mark.parametrize("kind", ["toolkit", "sklearn"])


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch):
    """Makes the application of an image around a script."""

    def make(script: str, kind: Serving) -> Application:
        module = ModuleType("inference")
        exec(script, module.__dict__)
        monkeypatch.setattr(handlers, "_import", lambda _name: module)
        functions = Handlers.of_this_container(kind)
        if kind == "toolkit":
            return ToolkitApplication(functions, Path("/opt/ml/model"), {})
        return WorkerApplication(functions, Path("/opt/ml/model"), {})

    return make


def _ask(
    application: Application, body: bytes = b"[1]", headers: Mapping[str, str] = {"content-type": "application/json"}
) -> Response:
    return application.invoke(Request(body, headers))


@BOTH
def test_none_counts_as_missing(application, kind: Serving) -> None:
    nones = "input_fn = predict_fn = output_fn = None\n"
    script = f"{MODEL}{nones}def transform_fn(model, data, content_type, accept): return 'mine'\n"
    assert _ask(application(script, kind)).body == b"mine"
    script = f"{MODEL}{nones}transform_fn = None\ndef predict_fn(data, model): return data + 1\n"
    assert json.loads(_ask(application(script, kind)).body) == [2]


@BOTH
@pytest.mark.parametrize("result", ["('a', 'text/x', 'c')", "(b'a', 'text/x', None)"])
def test_longer_tuple_gives_body_and_type(application, kind: Serving, result: str) -> None:
    answer = _ask(application(f"{ECHO}def output_fn(prediction, accept): return {result}\n", kind))
    assert (answer.status, answer.body, answer.content_type.partition(";")[0]) == (200, b"a", "text/x")


@BOTH
def test_unsendable_result_is_500(application, kind: Serving) -> None:
    assert _ask(application(f"{ECHO}def output_fn(prediction, accept): return object()\n", kind)).status == 500


def test_error_without_message_is_invalid_request(application) -> None:
    answer = _ask(application(f"{ECHO}def output_fn(prediction, accept): assert False\n", "toolkit"))
    assert answer.status == 500
    assert answer.body.startswith(b"Invalid Request\nTraceback (most recent call last):\n")


def test_the_toolkit_reads_pickled_objects_in_npy(application) -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.array({"a": 9}, dtype=object))
    script = f"{MODEL}def predict_fn(data, model): return data.item()['a']\n"
    answer = _ask(application(script, "toolkit"), buffer.getvalue(), {"content-type": "application/x-npy"})
    assert answer.body == b"9"


@pytest.mark.parametrize(
    ("result", "body"), [("iter(['a', b'b'])", b"ab"), ("(n for n in 'xy')", b"xy"), ("(None, 'text/csv')", b"")]
)
def test_worker_joins_iterables_and_sends_none_empty(application, result: str, body: bytes):
    answer = _ask(application(f"{ECHO}def output_fn(prediction, accept): return {result}\n", "sklearn"))
    assert (answer.status, answer.body) == (200, body)
