"""The server of the AutoGluon image, case by case."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from local_sagemaker.containers.errors import ClientError
from local_sagemaker.containers.inference_toolkit.autogluon import AutoGluonApplication
from local_sagemaker.containers.serving.server import Request

MODEL = "def model_fn(model_dir): return model_dir\n"
ECHO = f"{MODEL}def transform_fn(model, body, content_type, accept): return repr((model, body, content_type, accept))\n"


def _application(script: str, **environment: str) -> AutoGluonApplication:
    module = ModuleType("inference")
    exec(script, module.__dict__)
    return AutoGluonApplication(module, Path("/opt/ml/model"), environment)


@pytest.mark.parametrize("missing", ["model_fn", "transform_fn"])
def test_both_functions_are_required(missing: str) -> None:
    with pytest.raises(ClientError, match=f"needs a function {missing}"):
        _application(ECHO.replace(f"def {missing}", "def other"))


@pytest.mark.parametrize(
    ("headers", "seen"),
    [
        ({}, "'1', 'application/json', 'application/json'"),
        ({"content-type": "text/csv; charset=utf-8", "accept": "*/*"}, "'1', 'text/csv', 'application/json'"),
        (
            {"content-type": "application/x-parquet", "accept": "text/csv, */*"},
            "b'1', 'application/x-parquet', 'text/csv'",
        ),
    ],
)
def test_text_types_are_decoded(headers: dict[str, str], seen: str) -> None:
    answer = _application(ECHO).invoke(Request(b"1", headers))
    assert answer.body.decode() == f"('/opt/ml/model', {seen})"


@pytest.mark.parametrize(
    ("result", "status", "body", "kind"),
    [
        ("'a', 'text/csv'", 200, b"a", "text/csv"),
        ("b'a'", 200, b"a", "application/x-default"),
        ("[1]", 500, b'{"detail":"handler returned list for application/x-default"}\n', "application/json"),
    ],
)
def test_results(result: str, status: int, body: bytes, kind: str) -> None:
    script = f"{MODEL}def transform_fn(model, body, content_type, accept): return {result}\n"
    application = _application(script, SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT="application/x-default")
    answer = application.invoke(Request(b"1", {}))
    assert (answer.status, answer.body, answer.content_type) == (status, body, kind)


@pytest.mark.parametrize(
    ("error", "status", "detail"),
    [("ValueError('bad row')", 400, "bad row"), ("KeyError('a')", 500, "inference failed")],
)
def test_errors(error: str, status: int, detail: str) -> None:
    script = f"{MODEL}def transform_fn(model, body, content_type, accept): raise {error}\n"
    answer = _application(script).invoke(Request(b"1", {}))
    assert (answer.status, answer.body) == (status, f'{{"detail":"{detail}"}}\n'.encode())
