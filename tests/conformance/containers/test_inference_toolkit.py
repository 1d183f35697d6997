"""The inference toolkit: the user's functions, the defaults, and where the code is found."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from scipy import sparse

from local_sagemaker.containers.inference_toolkit.application import ToolkitApplication
from local_sagemaker.containers.inference_toolkit.handlers import Handlers
from local_sagemaker.jobs import instances
from local_sagemaker.jobs.errors import AlgorithmError, DataError, RequestError
from local_sagemaker.jobs.serving.model_server import ModelServer
from local_sagemaker.jobs.serving.variant_server import VariantHosting, start_hosting
from tests.conformance.containers.workbench import (
    AUTOGLUON,
    HUGGINGFACE_INFERENCE,
    ISOLATION,
    MXNET_INFERENCE,
    PYTORCH,
    PYTORCH_INFERENCE,
    PYTORCH_TRAINING,
    SKLEARN,
    Isolation,
    Workbench,
    archive,
    model_request,
    wheel,
)

FLASK_S_WORDS = b'["Thu, 02 Jan 2020 03:00:00 GMT","00000000-0000-0000-0000-000000000001",{"x":4}]\n'

FUNCTIONS = """
import json
def model_fn(model_dir):
    return 10
def input_fn(data, content_type):
    return type(data).__name__, content_type, data if isinstance(data, str) else data.decode()
def predict_fn(data, model):
    return [*data, model]
def output_fn(prediction, accept):
    return json.dumps([*prediction, accept]), "application/x-mine"
"""


@contextmanager
def _hosted(
    bench: Workbench,
    files: Mapping[str, str | bytes],
    environment: Mapping[str, str] | None = None,
    image: str = PYTORCH_INFERENCE,
    isolation: Isolation = ISOLATION,
) -> Iterator[VariantHosting]:
    uri = bench.store.write("s3://bucket/model.tar.gz", archive(files))
    hosting = start_hosting(model_request(image, uri, environment), {"VariantName": "v"}, bench.job(isolation).context)
    try:
        yield hosting
    finally:
        hosting.close()


def _invoke(hosting: VariantHosting, body: str, content_type: str | None = "text/csv", accept: str | None = None):
    return hosting.invoke(body.encode(), content_type=content_type, accept=accept, headers={})


@contextmanager
def _server(
    bench: Workbench, image: str, files: Mapping[str, str | bytes], **environment: str
) -> Iterator[ModelServer]:
    uri = bench.store.write("s3://bucket/model.tar.gz", archive(files))
    job = bench.job()
    definition = model_request(image, uri, environment)["PrimaryContainer"]
    server = ModelServer(definition, job.context.directory, job.context, {})
    try:
        server.await_ping(job.context.stop)
        yield server
    finally:
        server.close()


def test_model_larger_than_the_volume_is_refused(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instances, "GIGABYTE", 1000)
    uri = bench.store.write("s3://bucket/model.tar.gz", archive({"bomb": bytes(50_000)}))
    model, job = model_request(PYTORCH_INFERENCE, uri), bench.job()
    with pytest.raises(
        DataError, match=r"^ClientError: The model data archive is too large\..*s3://bucket/model.tar.gz"
    ):
        start_hosting(model, {"VariantName": "v", "VolumeSizeInGB": 20}, job.context)
    assert not (job.ml / "model" / "bomb").exists()


def test_the_artifact_s_own_code_answers_by_default(bench: Workbench, isolation: Isolation) -> None:
    with _hosted(bench, {"code/inference.py": FUNCTIONS}, isolation=isolation) as hosting:
        answer = _invoke(hosting, "1,2", accept="text/csv")
    assert (answer.status, answer.content_type) == (200, "application/x-mine")
    assert json.loads(answer.body) == ["str", "text/csv", "1,2", 10, "text/csv"]


@pytest.mark.parametrize("accept", [None, "*/*"])
def test_default_accept(bench: Workbench, accept: str | None) -> None:
    with _hosted(bench, {"code/inference.py": FUNCTIONS}) as hosting:
        assert json.loads(_invoke(hosting, "1", accept=accept).body)[-1] == "application/json"


def test_program_and_submit_directory_name_the_code(bench: Workbench) -> None:
    environment = {"SAGEMAKER_PROGRAM": "mine.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    with _hosted(bench, {"code/mine.py": FUNCTIONS}, environment) as hosting:
        assert _invoke(hosting, "1").status == 200


@pytest.mark.parametrize("image", [PYTORCH_INFERENCE, AUTOGLUON])
def test_a_transform_fn_does_it_all(bench: Workbench, image: str) -> None:
    script = """
def model_fn(model_dir):
    return 2
def transform_fn(model, data, content_type, accept):
    return str(model * float(data)), accept
"""
    with _hosted(bench, {"code/inference.py": script}, image=image) as hosting:
        answer = _invoke(hosting, "4", accept="text/plain")
    assert (answer.body, answer.content_type) == (b"8.0", "text/plain")


def test_transform_fn_beside_predict_fn_is_refused(bench: Workbench) -> None:
    script = "def model_fn(d): pass\ndef transform_fn(m, d, c, a): pass\ndef predict_fn(d, m): pass\n"
    with (
        pytest.raises(AlgorithmError, match="did not pass the ping health check"),
        _hosted(bench, {"code/inference.py": script}),
    ):
        pass


def test_context_has_model_and_request(bench: Workbench) -> None:
    script = """
def model_fn(model_dir, context):
    return context.system_properties
def transform_fn(model, data, content_type, accept, context):
    return [model["model_dir"], model["gpu_id"], context.get_request_header(0, "Content-Type")]
"""
    with _hosted(bench, {"code/inference.py": script}) as hosting:
        folder, *others = json.loads(_invoke(hosting, "4").body)
    assert folder.endswith("/ml/model")
    assert others == [None, "text/csv"]


@pytest.mark.parametrize("image", [PYTORCH_INFERENCE, HUGGINGFACE_INFERENCE], ids=["pytorch", "huggingface"])
def test_context_sets_status_and_headers(bench: Workbench, image: str) -> None:
    script = """
def model_fn(model_dir): return 1
def transform_fn(model, data, content_type, accept, context):
    if data == "plain":
        return data
    context.set_response_content_type(0, "not/this")
    context.set_response_header(0, "X-Amzn-SageMaker-Custom-Attributes", "mine")
    context.set_response_status(code=418, phrase="of my own")
    return str(context.get_response_status(0)) + context.get_response_content_type(0)
"""
    with _hosted(bench, {"code/inference.py": script}, image=image) as hosting:
        custom, plain = _invoke(hosting, "4", accept="text/x"), _invoke(hosting, "plain", accept="text/x")
    assert (custom.status, custom.content_type, custom.body) == (418, "text/x", b"(418, 'of my own')not/this")
    assert custom.headers["x-amzn-sagemaker-custom-attributes"] == "mine"
    assert (plain.status, "x-amzn-sagemaker-custom-attributes" in plain.headers) == (200, False)


def test_worker_response_headers(bench: Workbench) -> None:
    script = """
from sagemaker_containers.beta.framework import worker
def model_fn(model_dir): return 1
def transform_fn(model, data, content_type, accept):
    return worker.Response("{}", mimetype=accept, headers={"X-Amzn-SageMaker-Custom-Attributes": "mine"})
"""
    with _hosted(bench, {"code/inference.py": script}, image=SKLEARN) as hosting:
        answer = _invoke(hosting, "4", accept="application/json")
    assert (answer.body, answer.headers["x-amzn-sagemaker-custom-attributes"]) == (b"{}", "mine")


def test_functions_before_and_after_loading(bench: Workbench) -> None:
    script = """
order = []
def pre_model_fn(model_dir): order.append("before")
def model_fn(model_dir): order.append("model"); return order
def model_warmup_fn(model_dir, model): model.append("warm")
def transform_fn(model, data, content_type, accept): return model
"""
    with _hosted(bench, {"code/inference.py": script}) as hosting:
        assert json.loads(_invoke(hosting, "4").body) == ["before", "model", "warm"]


def test_toolkit_error_has_a_status(bench: Workbench) -> None:
    script = """
from sagemaker_inference.errors import BaseInferenceToolkitError
def model_fn(model_dir): return 1
def transform_fn(model, data, content_type, accept):
    raise BaseInferenceToolkitError(422, "row 7 has no age", "Unprocessable")
"""
    with _hosted(bench, {"code/inference.py": script}) as hosting:
        answer = _invoke(hosting, "4")
    assert answer.status == 422
    assert answer.body.decode().startswith("row 7 has no age\nTraceback (most recent call last):\n")


def test_the_toolkit_s_own_encoders_can_be_imported(bench: Workbench) -> None:
    script = """
from sagemaker_inference import content_types, decoder, encoder
def model_fn(model_dir): return 2
def input_fn(data, content_type): return decoder.decode(data, content_type)
def predict_fn(data, model): return data * model
def output_fn(prediction, accept): return encoder.encode(prediction, content_types.JSON)
"""
    with _hosted(bench, {"code/inference.py": script}) as hosting:
        assert _invoke(hosting, "1,2\n3,4").body == b"[[2, 4], [6, 8]]"


@pytest.mark.parametrize(
    ("image", "kind"), [(MXNET_INFERENCE, "text/csv"), (PYTORCH_INFERENCE, "image/png, text/csv, application/json")]
)
def test_first_supported_accept_type(bench: Workbench, image: str, kind: str) -> None:
    script = "def model_fn(d): return 2\ndef predict_fn(data, model): return [[2, 4], [6, 8]]\n"
    with _hosted(bench, {"code/inference.py": script}, image=image) as hosting:
        answer = _invoke(hosting, "1,2\n3,4", accept="image/png, text/csv, application/json")
    assert (answer.content_type, answer.body) == (kind, b"2,4\n6,8\n")


def test_a_sparse_matrix_comes_as_npz(bench: Workbench) -> None:
    script = "def model_fn(d): return 2\ndef predict_fn(data, model): return (data * model).toarray()\n"
    stream = io.BytesIO()
    sparse.save_npz(stream, sparse.csr_matrix([[0, 1], [2, 0]]))
    with _hosted(bench, {"code/inference.py": script}) as hosting:
        answer = hosting.invoke(stream.getvalue(), content_type="application/x-npz", accept="text/csv", headers={})
    assert answer.body == b"0,2\n4,0\n"


@pytest.mark.parametrize(("content_type", "body"), [("application/json", "[[1, 2], [3, 4]]"), ("text/csv", "1,2\n3,4")])
@pytest.mark.parametrize(("accept", "answer"), [("application/json", b"[[2, 4], [6, 8]]"), ("text/csv", b"2,4\n6,8\n")])
def test_default_functions_read_json_and_csv(
    bench: Workbench, content_type: str, body: str, accept: str, answer: bytes
) -> None:
    script = "def model_fn(d): return 2\ndef predict_fn(data, model): return data * model\n"
    with _hosted(bench, {"code/inference.py": script}) as hosting:
        assert _invoke(hosting, body, content_type, accept).body == answer


def test_unsupported_type_is_500(bench: Workbench) -> None:
    script = "def model_fn(d): return 2\ndef predict_fn(data, model): return data * model\n"
    with _hosted(bench, {"code/inference.py": script}) as hosting:
        answer = _invoke(hosting, "1", "image/png")
    assert answer.status == 500
    assert answer.body.decode().startswith("Content type image/png is not supported by this framework.")


def test_function_error_is_500_with_traceback(bench: Workbench) -> None:
    script = "def model_fn(d): return 2\ndef transform_fn(m, d, c, a): raise ValueError('no such row')\n"
    with _hosted(bench, {"code/inference.py": script}) as hosting:
        answer = _invoke(hosting, "1")
        assert _invoke(hosting, "1").status == 500
    assert answer.body.decode().startswith("no such row\nTraceback (most recent call last):\n")


def test_model_fn_is_required(bench: Workbench) -> None:
    with pytest.raises(AlgorithmError, match="did not pass the ping health check"), _hosted(bench, {"weights": b"1"}):
        pass


def test_scikit_learn_defaults_predict(bench: Workbench) -> None:
    script = """
from sklearn.linear_model import LinearRegression
def model_fn(model_dir):
    return LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])
"""
    with _hosted(bench, {"code/inference.py": script}, image=SKLEARN) as hosting:
        answer = _invoke(hosting, "[[3], [4]]", "application/json")
    assert json.loads(answer.body) == pytest.approx([6, 8])


IDENTITY = """
import numpy as np
def model_fn(model_dir): return None
def predict_fn(data, model): return data
"""


def test_scikit_learn_default_content_type(bench: Workbench) -> None:
    with _hosted(bench, {"code/inference.py": IDENTITY}, image=SKLEARN) as hosting:
        answer = _invoke(hosting, "[[1, 2]]", None, "text/csv")
    assert (answer.content_type, answer.body) == ("text/csv; charset=utf-8", b"1.0,2.0\n")


@pytest.mark.parametrize("image", [SKLEARN, PYTORCH_INFERENCE], ids=["sklearn", "pytorch"])
def test_text_and_bytes_payloads(bench: Workbench, image: str) -> None:
    with _hosted(bench, {"code/inference.py": FUNCTIONS}, image=image) as hosting:
        kinds = {
            kind: json.loads(_invoke(hosting, "1,2", kind, "application/json").body)[0]
            for kind in ("text/csv", "application/json", "text/plain", "text/csv; charset=utf-8", "application/x-npy")
        }
    binary = "bytes" if image == SKLEARN else "bytearray"
    assert kinds == {
        "text/csv": "str",
        "application/json": "str",
        "text/plain": binary,
        "text/csv; charset=utf-8": binary,
        "application/x-npy": binary,
    }


@pytest.mark.parametrize(
    ("body", "content_type", "accept"),
    [
        ("1,text", "text/csv", None),
        ("1,,2", "text/csv", None),
        ("1,2\n3", "text/csv", None),
        ("1,2", "image/png", None),
        ("1,2", "text/csv", "image/png"),
    ],
)
def test_scikit_learn_errors_are_silent_500s(
    bench: Workbench, body: str, content_type: str, accept: str | None
) -> None:
    with _hosted(bench, {"code/inference.py": IDENTITY}, image=SKLEARN) as hosting:
        answer = _invoke(hosting, body, content_type, accept)
    assert (answer.status, answer.content_type) == (500, "text/html; charset=utf-8")
    assert "<title>500 Internal Server Error</title>" in answer.body.decode()


@pytest.mark.parametrize(
    ("result", "kind", "body"),
    [
        ("'text'", "text/html; charset=utf-8", b"text"),
        ("('a,b', 'text/csv')", "text/csv; charset=utf-8", b"a,b"),
        ("{'b': 1, 'a': [2]}", "application/json", b'{"a":[2],"b":1}\n'),
        ("[1, 2]", "application/json", b"[1,2]\n"),
        ("{'on': dt.date(2020, 1, 2)}", "application/json", b'{"on":"Thu, 02 Jan 2020 00:00:00 GMT"}\n'),
        ("[dt.datetime(2020, 1, 2, 3), uuid.UUID(int=1), Point(4)]", "application/json", FLASK_S_WORDS),
        ("worker.Response('{}', mimetype=accept)", "application/json", b"{}"),
        ("worker.Response(encoders.encode([[1]], 'text/csv'), mimetype='text/csv')", "text/csv; charset=utf-8", b"1\n"),
        ("encoders.array_to_json(encoders.csv_to_numpy('1,2', dtype=int)), 'a/b'", "a/b", b"[1, 2]"),
        ("refusal('1,a'), 'a/b'", "a/b", b"ClientError: invalid literal for int() with base 10: 'a'. dtype is: int"),
    ],
)
def test_scikit_learn_s_worker_sends_what_flask_would(bench: Workbench, result: str, kind: str, body: bytes) -> None:
    script = f"""
import dataclasses, datetime as dt, uuid
from sagemaker_containers.beta.framework import (
    content_types, encoders, env, modules, transformer, worker)
@dataclasses.dataclass
class Point:
    x: int
def model_fn(model_dir): return None
def predict_fn(data, model): return data
def refusal(text):
    try:
        encoders.csv_to_numpy(text, dtype="int")
    except Exception as error:
        words = str(error).removeprefix("Error while writing numpy array").replace("np.str_('a')", "'a'")
        return type(error).__name__ + words
def output_fn(prediction, accept): return {result}
"""
    with _hosted(bench, {"code/inference.py": script}, image=SKLEARN) as hosting:
        answer = _invoke(hosting, "1")
    assert (answer.status, answer.content_type, answer.body) == (200, kind, body)


def test_scikit_learn_s_worker_may_have_execution_parameters(bench: Workbench) -> None:
    script = IDENTITY + "def execution_parameters_fn(): return {'MaxPayloadInMB': 3}\n"
    with _server(bench, SKLEARN, {"code/inference.py": script}) as server:
        assert server.execution_parameters() == {"MaxPayloadInMB": 3}


@pytest.mark.parametrize(
    ("image", "kind", "body"),
    [(SKLEARN, "application/json", b""), (PYTORCH_INFERENCE, "application/json", b'{\n  "status": "Healthy"\n}\n')],
    ids=["sklearn", "pytorch"],
)
def test_ping_and_methods(bench: Workbench, image: str, kind: str, body: bytes) -> None:
    with _server(bench, image, {"code/inference.py": IDENTITY}) as server:
        answer = server.request("GET", "/ping", timeout=60)
        assert (answer.status, answer.content_type, answer.body) == (200, kind, body)
        assert server.request("GET", "/invocations", timeout=60).status == 405
        assert server.request("POST", "/ping", b"", timeout=60).status == 405
        assert server.request("GET", "/execution-parameters", timeout=60).status == 404
        assert server.request("GET", "/other", timeout=60).status == 404


@pytest.mark.parametrize(
    ("variable", "value", "size"),
    [
        ("SAGEMAKER_MAX_REQUEST_SIZE", "7", 7 * 1024**2),
        ("SAGEMAKER_MAX_PAYLOAD_IN_MB", "20", 20 * 1024**2),
        ("TS_MAX_REQUEST_SIZE", "100000000", 100_000_000),
    ],
)
def test_request_size_variables(variable: str, value: str, size: int) -> None:
    handlers = Handlers(*[lambda *_: None] * 4, None, None, None, None)
    assert ToolkitApplication(handlers, Path("/opt/ml/model"), {variable: value}).max_content_length == size


def test_request_size_limit(bench: Workbench) -> None:
    with _server(bench, PYTORCH_INFERENCE, {"code/inference.py": IDENTITY}) as server:
        size = 6_553_500
        assert server.request("POST", "/invocations", b" " * (size + 1), timeout=60).status == 413
        assert server.request("POST", "/invocations", b" " * size, {"Content-Type": "x/y"}, timeout=60).status == 500


@pytest.mark.parametrize("image", [PYTORCH_INFERENCE, SKLEARN], ids=["pytorch", "sklearn"])
def test_a_content_type_may_be_called_contenttype(bench: Workbench, image: str) -> None:
    with _server(bench, image, {"code/inference.py": IDENTITY}) as server:
        headers = {"ContentType": "text/csv", "Accept": "application/json"}
        assert json.loads(server.request("POST", "/invocations", b"1,2", headers, timeout=60).body) == [1, 2]


TINY_WHEEL = "tiny_package-1.0-py3-none-any.whl"
USES_TINY = (
    "import tiny_package\ndef model_fn(d): return None\ndef transform_fn(m, d, c, a): return tiny_package.WORD\n"
)


@pytest.mark.parametrize("image", [PYTORCH_INFERENCE, SKLEARN], ids=["pytorch", "sklearn"])
def test_inference_requirements_are_private(bench: Workbench, image: str) -> None:
    files = {
        "code/inference.py": USES_TINY,
        "code/requirements.txt": f"./{TINY_WHEEL}\n",
        f"code/{TINY_WHEEL}": wheel("tiny_package", "WORD = 'installed'"),
    }
    with _hosted(bench, files, image=image, environment={"SAGEMAKER_MODEL_SERVER_WORKERS": "2"}) as hosting:
        assert [_invoke(hosting, "1").body for _ in range(4)] == [b"installed"] * 4
    assert find_spec("tiny_package") is None


def test_missing_requirements_prevent_the_start(bench: Workbench) -> None:
    files = {"code/inference.py": IDENTITY, "code/requirements.txt": "no-such-package-as-this==1.0\n"}
    environment = {"PIP_RETRIES": "0", "PIP_NO_INDEX": "1"}
    with pytest.raises(AlgorithmError, match="did not pass the ping health check"), _hosted(bench, files, environment):
        pass


@pytest.mark.parametrize("image", [PYTORCH_TRAINING, PYTORCH])
def test_an_image_that_does_not_serve_is_refused(bench: Workbench, image: str) -> None:
    with pytest.raises(RequestError, match=f"The image {image} is for training; it has no server"):
        start_hosting(model_request(image, None), {}, bench.job().context)


def test_missing_model_is_a_clear_error(bench: Workbench) -> None:
    with pytest.raises(RequestError, match=r"Failed to download or unpack the model data s3://bucket/nothing.tar.gz"):
        start_hosting(model_request(SKLEARN, "s3://bucket/nothing.tar.gz"), {}, bench.job().context)


def test_closing_ends_the_server(bench: Workbench, isolation: Isolation) -> None:
    with _hosted(bench, {"code/inference.py": FUNCTIONS}, isolation=isolation) as hosting:
        assert hosting.alive()
    assert not hosting.alive()
    assert _invoke(hosting, "1").status == 500


def test_several_containers_answer_in_a_row(bench: Workbench) -> None:
    scripts = {
        "double": "def model_fn(d): return 2\ndef predict_fn(data, model): return data * model\n",
        "negate": "def model_fn(d): return 0\ndef predict_fn(data, model): return -data\n",
    }
    containers = []
    for name, script in scripts.items():
        uri = bench.store.write(f"s3://bucket/{name}.tar.gz", archive({"code/inference.py": script}))
        containers.append({"Image": PYTORCH_INFERENCE, "ModelDataUrl": uri})
    model = {"ModelName": "model", "Containers": containers}
    hosting = start_hosting(model, {"VariantName": "v"}, bench.job().context)
    try:
        answer = _invoke(hosting, "1,2\n3,4", accept="text/csv")
        assert (answer.status, answer.body) == (200, b"-2,-4\n-6,-8\n")
        assert _invoke(hosting, "1", "image/png").status == 500
    finally:
        hosting.close()


def test_an_isolated_server_is_reached_all_the_same(bench: Workbench) -> None:
    uri = bench.store.write("s3://bucket/model.tar.gz", archive({"code/inference.py": FUNCTIONS}))
    model = {**model_request(PYTORCH_INFERENCE, uri), "EnableNetworkIsolation": True}
    hosting = start_hosting(model, {"VariantName": "v"}, bench.job().context)
    try:
        assert _invoke(hosting, "1").status == 200
    finally:
        hosting.close()


def test_huggingface_inputs(bench: Workbench) -> None:
    script = """
from sagemaker_huggingface_inference_toolkit import content_types, decoder_encoder
def model_fn(model_dir): return str.upper
def input_fn(data, content_type): return decoder_encoder.decode(data, content_type)
def output_fn(prediction, accept): return decoder_encoder.encode({"said": prediction}, content_types.JSON)
"""
    with _server(bench, HUGGINGFACE_INFERENCE, {"code/inference.py": script}) as server:
        assert server.request("GET", "/ping", timeout=60).status == 200
    with _hosted(bench, {"code/inference.py": script}, image=HUGGINGFACE_INFERENCE) as hosting:
        answer = _invoke(hosting, json.dumps({"inputs": "hello"}), "application/json", None)
        refused = _invoke(hosting, "{", "application/json", None)
    assert (answer.status, answer.content_type, answer.body) == (200, "application/json", b'{"said":"HELLO"}')
    assert (refused.status, json.loads(refused.body)["type"]) == (400, "InternalServerException")
