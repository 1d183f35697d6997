"""Answers of the built-in XGBoost's server, case by case (``docs/contracts.md``, section 1)."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import xgboost

from local_sagemaker.containers.recordio.frames import frame, frames
from local_sagemaker.containers.recordio.records import record_class
from local_sagemaker.containers.serving.server import Request
from local_sagemaker.containers.xgboost.serve import Model, XGBoostApplication
from local_sagemaker.containers.xgboost.versions import Version
from local_sagemaker.jobs.contract import Answer
from local_sagemaker.jobs.errors import AlgorithmError
from local_sagemaker.jobs.serving.model_server import ModelServer
from local_sagemaker.jobs.serving.variant_server import VariantHosting, start_hosting
from tests.conformance.containers.workbench import (
    ISOLATION,
    XGBOOST,
    FolderStore,
    Isolation,
    Workbench,
    archive,
    model_request,
    regression_rows,
)


def _booster(objective: str = "reg:squarederror", seed: int = 0, rounds: int = 3, **more) -> xgboost.Booster:
    label, features = regression_rows(80, seed)
    if objective.startswith("binary:"):
        label = (label > 0).astype(float)
    if objective.startswith("multi:"):
        label = np.digitize(label, [-1, 1]).astype(float)
    return xgboost.train({"objective": objective, "max_depth": 2, **more}, xgboost.DMatrix(features, label), rounds)


def _artifact(store: FolderStore, *boosters: xgboost.Booster, extra: Mapping[str, bytes] | None = None) -> str:
    names = ["xgboost-model"] if len(boosters) == 1 else [f"xgboost-model-{n}" for n in range(len(boosters))]
    files = {name: bytes(booster.save_raw("ubj")) for name, booster in zip(names, boosters, strict=True)}
    return store.write("s3://bucket/model.tar.gz", archive({**files, **(extra or {})}))


@contextmanager
def _hosted(
    bench: Workbench,
    *boosters: xgboost.Booster,
    environment: Mapping[str, str] | None = None,
    isolation: Isolation = ISOLATION,
) -> Iterator[VariantHosting]:
    model = model_request(XGBOOST, _artifact(bench.store, *boosters), environment)
    hosting = start_hosting(model, {"VariantName": "v"}, bench.job(isolation).context)
    try:
        yield hosting
    finally:
        hosting.close()


@pytest.fixture(scope="module")
def hosting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VariantHosting]:
    """One server of a regression over four features."""
    root = tmp_path_factory.mktemp("hosting")
    with _hosted(Workbench(root, FolderStore(root / "store")), _booster()) as hosting:
        yield hosting


def _ask(
    hosting: VariantHosting, body: bytes | str, content_type: str | None = "text/csv", accept: str | None = None
) -> Answer:
    data = body.encode() if isinstance(body, str) else body
    return hosting.invoke(data, content_type=content_type, accept=accept, headers={})


ROWS = "1,2,3,4\n5,6,7,8"


def _expected() -> list[float]:
    return _booster().predict(xgboost.DMatrix(np.array([[1.0, 2, 3, 4], [5, 6, 7, 8]]))).tolist()


def test_csv_is_answered_with_one_row_per_line(hosting: VariantHosting) -> None:
    answer = _ask(hosting, ROWS)
    assert (answer.status, answer.content_type) == (200, "text/csv; charset=utf-8")
    assert answer.body.decode() == "".join(f"{value}\n" for value in _expected())


@pytest.mark.parametrize(
    "body", [ROWS + "\n", ROWS.replace("\n", "\r\n"), ROWS.replace(",", ";"), ROWS.replace(",", "\t")]
)
def test_csv_newline_and_delimiter(hosting: VariantHosting, body: str) -> None:
    assert _ask(hosting, body).body == _ask(hosting, ROWS).body


def test_charset_is_ignored(hosting: VariantHosting) -> None:
    assert _ask(hosting, ROWS, "text/csv; charset=utf-8").status == 200


def test_an_empty_cell_is_missing(hosting: VariantHosting) -> None:
    answer = _ask(hosting, "1,,3,4")
    expected = _booster().predict(xgboost.DMatrix(np.array([[1.0, np.nan, 3, 4]])))
    assert float(answer.body) == pytest.approx(float(expected[0]))


def test_json_is_answered_with_scores(hosting: VariantHosting) -> None:
    answer = _ask(hosting, ROWS, accept="application/json")
    assert answer.content_type == "application/json"
    assert json.loads(answer.body) == {"predictions": [{"score": value} for value in _expected()]}


@pytest.mark.parametrize("accept", [None, "*/*", "text/csv", "text/csv; q=0.5"])
def test_text_csv_is_the_default_accept(hosting: VariantHosting, accept: str | None) -> None:
    assert _ask(hosting, ROWS, accept=accept).content_type == "text/csv; charset=utf-8"


def test_an_empty_body_is_204(hosting: VariantHosting) -> None:
    answer = _ask(hosting, "")
    assert (answer.status, answer.body) == (204, b"")


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-parquet"])
def test_an_unknown_content_type_is_415(hosting: VariantHosting, content_type: str) -> None:
    answer = _ask(hosting, ROWS, content_type)
    assert answer.status == 415
    known = content_type == "application/x-parquet"
    message = f"Content-type {content_type} is not supported." if known else f"{content_type} is not an accepted Cont"
    assert answer.body.decode().startswith(message)
    assert answer.body.decode().count(content_type) == 1


@pytest.mark.parametrize("body", ["1,text,3,4", "1,2,3,4\n1,2,3", "1,2,3\n1,2,3,4", '"1",2,3,4', b"\xff\xfe,1,2,3"])
def test_a_payload_that_cannot_be_read_is_415(hosting: VariantHosting, body: str | bytes) -> None:
    answer = _ask(hosting, body)
    assert answer.status == 415
    assert answer.body.decode().startswith(
        "Loading csv data failed with Exception, please ensure data is in csv format:\n <class '"
    )


def test_default_is_libsvm(hosting: VariantHosting) -> None:
    assert _ask(hosting, "0:1 1:2 2:3 3:4", None).body == _ask(hosting, "1,2,3,4").body


def test_csv_without_content_type_is_415(hosting: VariantHosting) -> None:
    assert _ask(hosting, ROWS, None).status == 415


def test_one_column_too_few_is_accepted_silently(hosting: VariantHosting) -> None:
    assert _ask(hosting, "1,2,3").status == 200


def test_one_column_too_many_is_400(hosting: VariantHosting) -> None:
    answer = _ask(hosting, "1,2,3,4,5")
    assert answer.status == 400
    assert answer.body.decode().startswith("Unable to evaluate payload provided: ")


def test_an_unknown_accept_is_406(hosting: VariantHosting) -> None:
    answer = _ask(hosting, ROWS, accept="image/png")
    assert answer.status == 406
    assert answer.body.decode() == (
        "Accept type image/png is not supported. Please use supported accept types: "
        "['application/json', 'application/jsonlines', 'application/x-recordio-protobuf', 'text/csv']."
    )


@pytest.mark.parametrize("accept", ["application/jsonlines", "application/x-recordio-protobuf"])
def test_lines_and_records_are_only_for_selectable_inference(hosting: VariantHosting, accept: str) -> None:
    assert _ask(hosting, ROWS, accept=accept).status == 500


def test_a_body_over_the_limit_is_413(hosting: VariantHosting) -> None:
    answer = _ask(hosting, "1,2,3,4\n" * (6 * 1024**2 // 8 + 1))
    assert answer.status == 413
    assert b"<p>The data value transmitted exceeds the capacity limit.</p>" in answer.body


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
def test_a_form_has_no_body(hosting: VariantHosting, kind: str) -> None:
    assert _ask(hosting, ROWS, kind).status == 204


def test_what_follows_a_second_colon_is_passed_over(hosting: VariantHosting) -> None:
    rows = ("0:1 1:2:9 2:3 3:4", "0:1 1:2 2:3 3:4")
    assert len({_ask(hosting, row, "text/libsvm").body for row in rows}) == 1


def test_the_limit_is_an_environment_variable(bench: Workbench) -> None:
    with _hosted(bench, _booster(), environment={"MAX_CONTENT_LENGTH": "10"}) as hosting:
        assert _ask(hosting, "1,2,3,4").status == 200
        assert _ask(hosting, ROWS).status == 413


def test_libsvm_columns_from_1_are_shifted(hosting: VariantHosting) -> None:
    assert (
        _ask(hosting, "1:1 2:2 3:3 4:4", "text/libsvm").body == _ask(hosting, "0:1 1:2 2:3 3:4", "text/x-libsvm").body
    )


def test_recordio_protobuf_is_answered_too(hosting: VariantHosting) -> None:
    written = b""
    for row in ([1, 2, 3, 4], [5, 6, 7, 8]):
        record = record_class()()
        record.features["values"].float32_tensor.values.extend(row)
        written += frame(record.SerializeToString())
    assert _ask(hosting, written, "application/x-recordio-protobuf").body == _ask(hosting, ROWS).body


def test_ping_and_execution_parameters(bench: Workbench, isolation: Isolation) -> None:
    model = model_request(XGBOOST, _artifact(bench.store, _booster()))
    job = bench.job(isolation, threads=2)
    server = ModelServer(model["PrimaryContainer"], job.context.directory, job.context, {})
    try:
        server.await_ping(job.context.stop)
        assert server.request("GET", "/ping", timeout=60).status == 200
        assert server.execution_parameters() == {
            "MaxConcurrentTransforms": 2,
            "BatchStrategy": "MULTI_RECORD",
            "MaxPayloadInMB": 6,
        }
        assert server.request("GET", "/no-such-path", timeout=60).status == 404
    finally:
        server.close()


@pytest.mark.parametrize(("length", "megabytes"), [(7 * 1024**2, 7), (21 * 1024**2, 20)])
def test_body_limit(length: int, megabytes: int) -> None:
    model = Model([_booster()], "reg:squarederror", "")
    application = XGBoostApplication(model, {"MAX_CONTENT_LENGTH": str(length)}, 1, Version())
    assert json.loads(application.execution_parameters().body)["MaxPayloadInMB"] == megabytes


def test_the_default_accept_is_an_environment_variable(bench: Workbench) -> None:
    environment = {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "application/json"}
    with _hosted(bench, _booster(), environment=environment) as hosting:
        assert _ask(hosting, ROWS).content_type == "application/json"


@pytest.mark.parametrize(
    ("accept", "kind"), [(None, "text/csv; charset=utf-8"), ("application/json", "application/json")]
)
def test_batch_mode_is_a_line_per_prediction(bench: Workbench, accept: str | None, kind: str) -> None:
    with _hosted(bench, _booster("multi:softprob", num_class=3), environment={"SAGEMAKER_BATCH": "true"}) as hosting:
        answer = _ask(hosting, ROWS, accept=accept)
    assert answer.content_type == kind
    lines = answer.body.decode().split("\n")
    assert lines[-1] == ""
    assert [len(json.loads(line)) for line in lines[:-1]] == [3, 3]


def test_several_probabilities_are_one_row(bench: Workbench) -> None:
    with _hosted(bench, _booster("multi:softprob", num_class=3)) as hosting:
        rows = [line.split(",") for line in _ask(hosting, ROWS).body.decode().splitlines()]
    assert [len(row) for row in rows] == [3, 3]
    assert sum(map(float, rows[0])) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("accept", "body"),
    [
        ("application/json", b'{"predictions": [{"predicted_label": 1, "probability": P}, '),
        ("application/jsonlines", b'{"predicted_label": 1, "probability": P}\n'),
        ("text/csv", b"1,P\n"),
    ],
)
def test_selectable_inference_returns_the_selected_values(bench: Workbench, accept: str, body: bytes) -> None:
    booster = _booster("binary:logistic")
    probability = booster.predict(xgboost.DMatrix(np.array([[1.0, 2, 3, 4]]))).tolist()[0]
    environment = {"SAGEMAKER_INFERENCE_OUTPUT": "predicted_label, probability"}
    with _hosted(bench, booster, environment=environment) as hosting:
        answer = _ask(hosting, ROWS, accept=accept)
    assert answer.status == 200
    assert answer.body.startswith(body.replace(b"P", str(probability).encode()))


SELECTABLE = ("predicted_label", "labels", "probability", "probabilities", "raw_score", "raw_scores", "predicted_score")


@pytest.mark.parametrize(
    ("objective", "keys", "expected"),
    [
        ("reg:squarederror", "predicted_score", {"predicted_score"}),
        ("binary:logistic", "labels,probabilities,raw_score,raw_scores", {"labels", "probabilities"}),
        ("binary:hinge", "predicted_label,raw_scores", {"predicted_label"}),
        ("multi:softmax", "predicted_label,labels", {"predicted_label", "labels"}),
        ("multi:softprob", "raw_scores,predicted_label,labels,probability,probabilities,raw_score", {"labels"}),
    ],
)
def test_each_objective_has_its_selectable_keys(
    bench: Workbench, objective: str, keys: str, expected: set[str]
) -> None:
    more = {"num_class": 3} if objective.startswith("multi:") else {}
    with _hosted(bench, _booster(objective, **more), environment={"SAGEMAKER_INFERENCE_OUTPUT": keys}) as hosting:
        row = json.loads(_ask(hosting, "1,2,3,4", accept="application/json").body)["predictions"][0]
    assert list(row) == [key for key in SELECTABLE if key in keys.split(",")]
    assert expected <= set(row)
    if "labels" in row:
        assert row["labels"] == ([0, 1] if objective.startswith("binary") else [0, 1, 2])


def test_unavailable_key_is_nan(bench: Workbench) -> None:
    environment = {"SAGEMAKER_INFERENCE_OUTPUT": "probability, predicted_score, foo"}
    with _hosted(bench, _booster(), environment=environment) as hosting:
        cells = _ask(hosting, "1,2,3,4").body.decode().split(",")
        assert (cells[0], float(cells[1]), cells[2]) == ("nan", pytest.approx(_expected()[0]), "nan")
        assert hosting_keys(_ask(hosting, "1,2,3,4", accept="application/jsonlines")) == {
            "predicted_score",
            "probability",
            "foo",
        }


def hosting_keys(answer: Answer) -> set[str]:
    return set(json.loads(answer.body.splitlines()[0]))


def test_unknown_accept_is_406_when_selecting(bench: Workbench) -> None:
    with _hosted(bench, _booster(), environment={"SAGEMAKER_INFERENCE_OUTPUT": "predicted_score"}) as hosting:
        assert _ask(hosting, ROWS, accept="image/png").status == 406


def test_selectable_records_carry_the_keys_as_labels(bench: Workbench) -> None:
    environment = {"SAGEMAKER_INFERENCE_OUTPUT": "probabilities"}
    with _hosted(bench, _booster("binary:logistic"), environment=environment) as hosting:
        answer = _ask(hosting, ROWS, accept="application/x-recordio-protobuf")
    records = [record_class().FromString(payload) for payload in frames(answer.body)]
    assert [len(record.label["probabilities"].float32_tensor.values) for record in records] == [2, 2]


def test_cross_validation_models_average(bench: Workbench) -> None:
    boosters = [_booster(seed=seed) for seed in range(3)]
    row = xgboost.DMatrix(np.array([[1.0, 2, 3, 4]]))
    mean = np.mean([booster.predict(row)[0] for booster in boosters])
    with _hosted(bench, *boosters) as hosting:
        assert float(_ask(hosting, "1,2,3,4").body) == pytest.approx(float(mean), rel=1e-5)


def test_an_empty_sagemaker_program_breaks_the_image(bench: Workbench) -> None:
    with (
        pytest.raises(AlgorithmError, match="did not pass the ping health check"),
        _hosted(bench, _booster(), environment={"SAGEMAKER_PROGRAM": ""}),
    ):
        pass


def test_unloadable_model_prevents_the_start(bench: Workbench) -> None:
    bench.store.write("s3://bucket/broken.tar.gz", archive({"xgboost-model": b"no model"}))
    job = bench.job()
    with pytest.raises(AlgorithmError) as error:
        start_hosting(model_request(XGBOOST, "s3://bucket/broken.tar.gz"), {"VariantName": "v"}, job.context)
    assert str(error.value) == (
        "The primary container for production variant v did not pass the ping health check. "
        "Please check CloudWatch logs for this endpoint."
    )
    assert "Model /opt/ml/model/xgboost-model cannot be loaded" in job.log


@pytest.mark.parametrize("image", [XGBOOST, XGBOOST.replace("3.2-0", "1.2-1"), XGBOOST.replace("3.2-0", "1.7-1")])
@pytest.mark.parametrize("pickled", [True, False])
def test_pickled_and_saved_models(bench: Workbench, image: str, pickled: bool) -> None:
    model = pickle.dumps(_booster()) if pickled else bytes(_booster().save_raw("ubj"))
    uri = bench.store.write("s3://bucket/model.tar.gz", archive({"xgboost-model": model}))
    hosting = start_hosting(model_request(image, uri), {"VariantName": "v"}, bench.job().context)
    try:
        answer = _ask(hosting, "1,2,3,4")
    finally:
        hosting.close()
    assert float(answer.body) == pytest.approx(_expected()[0])


def test_pickled_model_column_count() -> None:
    model = Model([_booster()], "reg:squarederror", "", pickled=True)
    application = XGBoostApplication(model, {}, 1, Version())

    def invoke(body: bytes, content_type: str) -> tuple[int, str]:
        answer = application.invoke(Request(body, {"content-type": content_type}))
        return answer.status, answer.body.decode()

    assert invoke(b"1,2,3,4", "text/csv")[0] == invoke(b"1,2,3", "text/csv")[0] == 200
    for columns, body in ((5, b"1,2,3,4,5"), (2, b"1,2")):
        assert invoke(body, "text/csv; charset=utf-8") == (
            400,
            f"Unable to evaluate payload provided: Feature size of csv inference data {columns} is not consistent with "
            "feature size of trained model 4.",
        )
    assert invoke(b"0:1", "text/libsvm")[0] == 200
    assert invoke(b"0:1 5:1", "text/libsvm") == (
        400,
        "Unable to evaluate payload provided: Feature size of libsvm inference data 6 is larger than feature size of "
        "trained model 4.",
    )


def test_hidden_files_are_no_models(bench: Workbench, tmp_path: Path) -> None:
    uri = _artifact(bench.store, _booster(), extra={".DS_Store": b"x"})
    hosting = start_hosting(model_request(XGBOOST, uri), {"VariantName": "v"}, bench.job().context)
    try:
        assert _ask(hosting, ROWS).status == 200
    finally:
        hosting.close()


def test_script_defaults_are_the_encoders(bench: Workbench) -> None:
    script = """
import os, xgboost
def model_fn(model_dir):
    return xgboost.Booster(model_file=os.path.join(model_dir, "xgboost-model"))
"""
    uri = _artifact(bench.store, _booster(), extra={"code/serve.py": script.encode()})
    environment = {"SAGEMAKER_PROGRAM": "serve.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    hosting = start_hosting(model_request(XGBOOST, uri, environment), {"VariantName": "v"}, bench.job().context)
    try:
        answer = _ask(hosting, ROWS, accept="text/csv")
        assert (answer.status, answer.content_type) == (200, "text/csv; charset=utf-8")
        assert answer.body.decode() == "".join(f"{value!s}\n" for value in np.float32(_expected()))
        assert json.loads(_ask(hosting, ROWS).body) == pytest.approx(_expected())
        libsvm = _ask(hosting, "0:1 2:3 3:4", "text/libsvm", "text/csv")
        assert libsvm.body == _ask(hosting, "1,0,3,4", accept="text/csv").body
        assert _ask(hosting, ROWS + "\n").status == 500
        assert _ask(hosting, "{}", "application/json").status == 500
    finally:
        hosting.close()


def test_user_script_replaces_the_algorithm(bench: Workbench) -> None:
    script = """
import os, xgboost
def model_fn(model_dir):
    return xgboost.Booster(model_file=os.path.join(model_dir, "xgboost-model"))
def output_fn(prediction, accept):
    return "mine " + " ".join(map(str, prediction.tolist()))
"""
    uri = _artifact(bench.store, _booster(), extra={"code/serve.py": script.encode()})
    environment = {"SAGEMAKER_PROGRAM": "serve.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    hosting = start_hosting(model_request(XGBOOST, uri, environment), {"VariantName": "v"}, bench.job().context)
    try:
        assert _ask(hosting, ROWS).body.decode() == f"mine {_expected()[0]} {_expected()[1]}"
    finally:
        hosting.close()
