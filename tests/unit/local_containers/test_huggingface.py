"""Hugging Face's inference toolkit: the user's functions, requests and results."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from local_sagemaker.containers.inference_toolkit import handlers
from local_sagemaker.containers.inference_toolkit.handlers import Handlers
from local_sagemaker.containers.inference_toolkit.huggingface import HuggingFaceApplication
from local_sagemaker.containers.inference_toolkit.huggingface_codecs import PredictionError, decode, encode
from local_sagemaker.containers.serving.server import Request, Response

MODEL = "def model_fn(model_dir): return lambda inputs, **parameters: [{'of': inputs, **parameters}]\n"
JSON = {"content-type": "application/json"}

Make = Callable[[str], HuggingFaceApplication]


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes the application around a script."""

    def make(script: str) -> HuggingFaceApplication:
        module = ModuleType("inference")
        exec(script, module.__dict__)
        monkeypatch.setattr(handlers, "_import", lambda _name: module)
        return HuggingFaceApplication(Handlers.of_this_container("huggingface"), Path("/opt/ml/model"))

    return make


def _ask(application: HuggingFaceApplication, body: bytes, headers: Mapping[str, str] = JSON) -> Response:
    return application.invoke(Request(body, headers))


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"inputs": "é"}, '[{"of":"é"}]'),
        ({"inputs": [1, 2], "parameters": {"top_k": 3}}, '[{"of":[1,2],"top_k":3}]'),
        ({"question": "who?"}, '[{"of":{"question":"who?"}}]'),
    ],
)
def test_pipeline_call(application: Make, body: Any, answer: str) -> None:
    response = _ask(application(MODEL), json.dumps(body).encode(), {**JSON, "accept": "*/*"})
    assert (response.status, response.content_type, response.body) == (200, "application/json", answer.encode())


def test_csv_with_a_header(application: Make) -> None:
    headers = {"content-type": "text/csv", "accept": "text/csv"}
    response = _ask(application(MODEL), b"inputs\r\nI love you\r\nI like you\r\n", headers)
    assert (response.content_type, response.body) == ("text/csv", b"of\r\n\"['I love you', 'I like you']\"\r\n")


@pytest.mark.parametrize(
    ("body", "headers", "message"),
    [
        (b"{", JSON, "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (b"a,b\n1,2", {"content-type": "text/csv"}, "inference toolkit default handler. : 400"),
        (b"a", {"content-type": "text/plain"}, "Content type text/plain is not supported by this framework."),
        (b"a", {}, "Content type None is not supported by this framework."),
        (b'{"inputs": 1}', {**JSON, "accept": "text/plain"}, "Content type text/plain is not supported"),
        (b'{"inputs": 1, "parameters": {"a": NaN}}', JSON, "Out of range float values are not JSON compliant"),
    ],
)
def test_errors_are_400(application: Make, body: bytes, headers: Mapping[str, str], message: str) -> None:
    response = _ask(application(MODEL), body, headers)
    assert (response.status, response.content_type) == (400, "application/json")
    error = json.loads(response.body)
    assert (error["code"], error["type"]) == (400, "InternalServerException")
    assert message in error["message"]


def test_the_multi_model_server_escapes_signs_of_html(application: Make) -> None:
    response = _ask(application(f"{MODEL}def predict_fn(data, model): return {{}}['<a=b>&']\n"), b"{}")
    assert response.body == (
        b'{\n  "code": 400,\n  "type": "InternalServerException",\n'
        b'  "message": "\\u0027\\u003ca\\u003db\\u003e\\u0026\\u0027"\n}\n'
    )


def test_user_functions_replace_the_defaults(application: Make) -> None:
    script = """
def model_fn(model_dir, context): return "model"
def input_fn(data, content_type): return data + content_type
def predict_fn(data, model, context): return [data, model, context.get_request_header(0, "X-Mine")]
def output_fn(prediction, accept): return prediction, accept
"""
    response = _ask(application(script), b"1", {**JSON, "x-mine": "yes"})
    assert json.loads(response.body) == [["1application/json", "model", "yes"], "application/json"]


def test_transform_fn_replaces_all_functions(application: Make) -> None:
    script = f"{MODEL}def transform_fn(model, data, content_type, accept): return bytes(data)[::-1]\n"
    response = _ask(application(script), b"abc", {"content-type": "a/b", "accept": "c/d"})
    assert (response.status, response.content_type, response.body) == (200, "c/d", b"cba")
    with pytest.raises(ValueError, match="Cannot use transform_fn implementation in conjunction with"):
        application(f"{script}def input_fn(data, content_type): return data\n")


def test_unserializable_result_is_503(application: Make) -> None:
    response = _ask(application(f"{MODEL}def output_fn(prediction, accept): return {{1j}}\n"), b'{"inputs": 1}')
    assert response.status == 503
    assert json.loads(response.body)["message"] == "Unsupported model output data type."


def test_wrong_number_of_arguments_is_refused(application: Make) -> None:
    with pytest.raises(TypeError, match="predict_fn definition takes 2 or 3 arguments but 1 were given"):
        application(f"{MODEL}def predict_fn(data): return data\n")


def test_without_a_model_fn_there_is_no_model(application: Make) -> None:
    with pytest.raises(NotImplementedError, match="Please provide a model_fn implementation"):
        application("model_fn = None")


@pytest.mark.parametrize("task", ["zero-shot-classification", "table-question-answering"])
def test_some_tasks_take_no_csv(application: Make, monkeypatch: pytest.MonkeyPatch, task: str) -> None:
    monkeypatch.setenv("HF_TASK", task)
    response = _ask(application(MODEL), b"inputs\na", {"content-type": "text/csv"})
    assert json.loads(response.body)["message"] == (
        f"content type text/csv not support with {task}, use different content_type : 400"
    )


def test_rows_with_question_headings() -> None:
    assert decode("question,context\r\nwho?,me", "text/csv") == {"inputs": [{"question": "who?", "context": "me"}]}
    with pytest.raises(PredictionError):
        decode("who?,me", "text/csv")


def test_sounds_pictures_and_arrays_are_read_and_written() -> None:
    assert decode(bytearray(b"la"), "audio/mpeg") == {"inputs": b"la"}
    pillow = pytest.importorskip("PIL.Image")
    picture = pillow.new("RGB", (2, 1))
    for kind in ("image/png", "image/x-image", "image/jpeg"):
        assert decode(encode(picture, kind), kind)["inputs"].size == (2, 1)
    assert json.loads(encode([picture, np.float32(0.5), np.array([1]), dt.datetime(2020, 1, 2, tzinfo=dt.UTC)]))[
        1:
    ] == [0.5, [1], "2020-01-02 00:00:00+00:00"]
    assert decode(encode([1, 2], "application/x-npy"), "application/x-npy").tolist() == [1, 2]
    assert np.load(io.BytesIO(encode([1], "application/x-npy"))).tolist() == [1]  # type: ignore[arg-type]
