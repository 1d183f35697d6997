"""Batch transform jobs, sentence by sentence (``docs/contracts.md``, section 4)."""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import xgboost

from local_sagemaker.containers.recordio.frames import frame
from local_sagemaker.containers.recordio.records import record_class
from local_sagemaker.jobs.transform.run import run_transform
from tests.conformance.containers.workbench import (
    PYTORCH_INFERENCE,
    XGBOOST,
    Isolation,
    Job,
    Workbench,
    archive,
    completed,
    csv_of,
    model_request,
    regression_rows,
    running,
    transform_request,
    wait_until,
)

ECHO = """
import json, os
def model_fn(model_dir):
    return None
def transform_fn(model, data, content_type, accept):
    text = data if isinstance(data, str) else data.decode("latin-1")
    print("payload", json.dumps([text, content_type, accept]), flush=True)
    if "fail" in text:
        raise ValueError("requested to fail")
    kind = os.environ.get("ANSWER", "echo")
    if kind == "count":
        return str(len(text.splitlines())), accept
    if kind == "json":
        return "\\n".join(json.dumps({"score": len(line)}) for line in text.splitlines()), accept
    if kind == "sum":
        return "\\n".join(str(sum(map(float, line.split(",")))) for line in text.splitlines()), accept
    return text, accept
"""


def _echo_model(bench: Workbench, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A container that responds with the request, or as ``ANSWER`` sets, and logs each payload."""
    uri = bench.store.write("s3://bucket/echo.tar.gz", archive({"code/inference.py": ECHO}))
    return model_request(PYTORCH_INFERENCE, uri, environment)


def _payloads(job: Job) -> list[str]:
    lines = [line for line in job.log.splitlines() if line.startswith("payload ")]
    return [json.loads(line.removeprefix("payload "))[0] for line in lines]


def _transform(bench: Workbench, data: str | bytes, answer: str = "echo", **more: Any) -> tuple[str, Job]:
    """Transform one object and give its output."""
    uri = bench.store.write("s3://bucket/in/data.csv", data)
    job = bench.job()
    completed(run_transform(transform_request(uri, **more), _echo_model(bench, {"ANSWER": answer}), job.context))
    return bench.store.read("s3://bucket/predictions/data.csv.out").decode("latin-1"), job


def _xgboost_model(bench: Workbench) -> tuple[dict[str, Any], xgboost.Booster]:
    label, features = regression_rows(80)
    booster = xgboost.train({"max_depth": 2}, xgboost.DMatrix(features, label), 3)
    uri = bench.store.write("s3://bucket/model.tar.gz", archive({"xgboost-model": bytes(booster.save_raw("ubj"))}))
    return model_request(XGBOOST, uri), booster


def test_xgboost_answers_a_line_per_row_of_csv(bench: Workbench, isolation: Isolation) -> None:
    model, booster = _xgboost_model(bench)
    _, features = regression_rows(30, seed=5)
    uri = bench.store.write("s3://bucket/batch/rows.csv", csv_of(features))
    job = bench.job(isolation)
    completed(run_transform(transform_request(uri), model, job.context))
    lines = bench.store.read("s3://bucket/predictions/rows.csv.out").decode().splitlines()
    np.testing.assert_allclose([float(line) for line in lines], booster.predict(xgboost.DMatrix(features)), rtol=1e-5)


def test_output_per_object(bench: Workbench) -> None:
    for name in ("a.csv", "deep/b.csv"):
        bench.store.write(f"s3://bucket/in/{name}", "1,2\n")
    completed(run_transform(transform_request("s3://bucket/in"), _echo_model(bench), bench.job().context))
    assert bench.store.keys("s3://bucket/predictions/") == ["predictions/a.csv.out", "predictions/deep/b.csv.out"]


def test_a_manifest_names_the_objects(bench: Workbench) -> None:
    for name in ("a.csv", "deep/b.csv"):
        bench.store.write(f"s3://bucket/in/{name}", "1,2\n")
    bench.store.write("s3://bucket/manifest", '[{"prefix": "s3://bucket/in/"}, "deep/b.csv"]')
    source = {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": "s3://bucket/manifest"}}
    request = transform_request("", TransformInput={"DataSource": source})
    completed(run_transform(request, _echo_model(bench), bench.job().context))
    assert bench.store.keys("s3://bucket/predictions/") == ["predictions/deep/b.csv.out"]


def test_tfrecords_in_a_csv_are_refused(bench: Workbench) -> None:
    uri = bench.store.write("s3://bucket/in/data.csv", "1,2,3,4\n" * 9)
    request = transform_request(uri, TransformInput={"SplitType": "TFRecord"})
    outcome = run_transform(request, _echo_model(bench), bench.job().context)
    assert "The file is not TFRecord, or has a record of more than 100 MB" in str(outcome.failure_reason)


def test_no_split_is_one_payload(bench: Workbench) -> None:
    output, job = _transform(bench, "1,2\n3,4\n", TransformInput={"SplitType": "None"})
    assert _payloads(job) == ["1,2\n3,4\n"]
    assert output == "1,2\n3,4\n"


def test_multi_record_sends_as_many_lines_as_fit(bench: Workbench) -> None:
    line = "x" * 300_000
    _, job = _transform(bench, f"{line}\n" * 8, BatchStrategy="MultiRecord", MaxPayloadInMB=1)
    assert [len(payload.splitlines()) for payload in _payloads(job)] == [3, 3, 2]


def test_single_record_sends_one_line_at_a_time(bench: Workbench) -> None:
    output, job = _transform(
        bench, "1,2\n3,4\n", BatchStrategy="SingleRecord", TransformOutput={"AssembleWith": "Line"}
    )
    assert _payloads(job) == ["1,2", "3,4"]
    assert output == "1,2\n3,4\n"


def test_no_assembly_concatenates(bench: Workbench) -> None:
    assert _transform(bench, "1,2\n3,4\n", BatchStrategy="SingleRecord")[0] == "1,23,4"


def test_blank_lines_are_no_records(bench: Workbench) -> None:
    assert _transform(bench, "1\n\n2\r\n\n", "count")[0] == "2"


def test_an_empty_object_has_an_empty_output(bench: Workbench) -> None:
    output, job = _transform(bench, "")
    assert (output, _payloads(job)) == ("", [])


def test_record_order_under_concurrency(bench: Workbench) -> None:
    rows = "".join(f"{number},{'x' * 20_000}\n" for number in range(300))
    output, _ = _transform(
        bench, rows, MaxPayloadInMB=1, MaxConcurrentTransforms=4, TransformOutput={"AssembleWith": "Line"}
    )
    assert [line.split(",")[0] for line in output.splitlines()] == [str(number) for number in range(300)]


def test_recordio_framing_by_strategy(bench: Workbench) -> None:
    data = frame(b"one") + frame(b"three")
    split = {"SplitType": "RecordIO", "ContentType": "application/x-recordio-protobuf"}
    assert _payloads(_transform(bench, data, TransformInput=split)[1]) == [data.decode("latin-1")]
    _, job = _transform(bench, data, TransformInput=split, BatchStrategy="SingleRecord")
    assert _payloads(job) == ["one", "three"]


def test_tfrecords_are_split_at_their_frames(bench: Workbench) -> None:
    data = b"".join(struct.pack("<QI", len(text), 0) + text + b"\0\0\0\0" for text in (b"one", b"three"))
    split = {"SplitType": "TFRecord", "ContentType": "application/octet-stream"}
    _, job = _transform(bench, data, TransformInput=split, BatchStrategy="SingleRecord")
    assert _payloads(job) == ["one", "three"]


def test_xgboost_answers_recordio_with_newline_separated_scores(bench: Workbench) -> None:
    model, booster = _xgboost_model(bench)
    _, features = regression_rows(7, seed=5)
    written = b""
    for row in features:
        record = record_class()()
        record.features["values"].float32_tensor.values.extend(row)
        written += frame(record.SerializeToString())
    uri = bench.store.write("s3://bucket/in/rows.pbr", written)
    split = {"SplitType": "RecordIO", "ContentType": "application/x-recordio-protobuf"}
    completed(run_transform(transform_request(uri, TransformInput=split), model, bench.job().context))
    lines = bench.store.read("s3://bucket/predictions/rows.pbr.out").decode().splitlines()
    np.testing.assert_allclose([float(line) for line in lines], booster.predict(xgboost.DMatrix(features)), rtol=1e-5)


def test_gzipped_objects_are_unpacked(bench: Workbench) -> None:
    output, _ = _transform(bench, gzip.compress(b"1,2\n3,4\n"), TransformInput={"CompressionType": "Gzip"})
    assert output == "1,2\n3,4"


def test_batch_environment(bench: Workbench) -> None:
    script = """
import json, os
def model_fn(d): return None
def transform_fn(m, d, c, a):
    names = ("SAGEMAKER_BATCH", "SAGEMAKER_MAX", "MINE")
    return json.dumps({n: v for n, v in os.environ.items() if n.startswith(names)})
"""
    model = model_request(
        PYTORCH_INFERENCE, bench.store.write("s3://b/m.tar.gz", archive({"code/inference.py": script}))
    )
    request = transform_request(
        bench.store.write("s3://bucket/in/a.csv", "1\n"),
        BatchStrategy="SingleRecord",
        MaxPayloadInMB=2,
        MaxConcurrentTransforms=3,
        Environment={"MINE": "1"},
    )
    completed(run_transform(request, model, bench.job().context))
    assert json.loads(bench.store.read("s3://bucket/predictions/a.csv.out")) == {
        "SAGEMAKER_BATCH": "true",
        "SAGEMAKER_BATCH_STRATEGY": "SINGLE_RECORD",
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": "2",
        "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": "3",
        "MINE": "1",
    }


def test_execution_parameters_fill_gaps(bench: Workbench) -> None:
    model, _ = _xgboost_model(bench)
    uri = bench.store.write("s3://bucket/in/rows.csv", "1,2,3,4\n")
    job = bench.job(threads=2)
    completed(run_transform(transform_request(uri), model, job.context))
    assert "MaxConcurrentTransforms=2, MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD\n" in job.log


def test_bad_record_fails_its_file_and_the_job(bench: Workbench) -> None:
    model, _ = _xgboost_model(bench)
    bench.store.write("s3://bucket/in/1-good.csv", "1,2,3,4\n")
    bench.store.write("s3://bucket/in/2-bad.csv", "1,2,3,4\n" * 3 + "1,2,3,4,5\n")
    bench.store.write("s3://bucket/in/3-good.csv", "1,2,3,4\n")
    job = bench.job()
    request = transform_request("s3://bucket/in/", BatchStrategy="SingleRecord")
    outcome = run_transform(request, model, job.context)
    assert outcome.status == "Failed"
    assert outcome.failure_reason == (
        "ClientError: See job logs for more information: bucket/in/2-bad.csv: ClientError: 400"
    )
    reported = [
        line.split("[sagemaker logs]: ")[1] for line in job.log.splitlines() if ": bucket/in/2-bad.csv: " in line
    ]
    assert reported[:3] == [f"bucket/in/2-bad.csv: {line}" for line in ("ClientError: 400", "", "Message:")]
    assert reported[3].startswith("bucket/in/2-bad.csv: Unable to evaluate payload provided: ")
    assert bench.store.keys("s3://bucket/predictions/") == ["predictions/1-good.csv.out", "predictions/3-good.csv.out"]


def test_error_is_retried_then_fails(bench: Workbench) -> None:
    uri = bench.store.write("s3://bucket/in/a.csv", "fail\n")
    job = bench.job()
    request = transform_request(uri, ModelClientConfig={"InvocationsMaxRetries": 2})
    outcome = run_transform(request, _echo_model(bench), job.context)
    assert outcome.failure_reason == (
        "AlgorithmError: See job logs for more information: bucket/in/a.csv: "
        "Bad HTTP status received from algorithm: 500"
    )
    assert len(_payloads(job)) == 3


def test_oversized_record_fails_its_file(bench: Workbench) -> None:
    uri = bench.store.write("s3://bucket/in/a.csv", "x" * (1024**2 + 1))
    outcome = run_transform(transform_request(uri, MaxPayloadInMB=1), _echo_model(bench), bench.job().context)
    assert "larger than the payload may be" in str(outcome.failure_reason)


def test_payload_times_concurrency_is_at_most_100_mb(bench: Workbench) -> None:
    uri = bench.store.write("s3://bucket/in/a.csv", "1\n")
    request = transform_request(uri, MaxPayloadInMB=30, MaxConcurrentTransforms=4)
    outcome = run_transform(request, _echo_model(bench), bench.job().context)
    assert "must not be more than 100 MB" in str(outcome.failure_reason)


def test_server_that_does_not_start_fails_the_job(bench: Workbench) -> None:
    model = model_request(XGBOOST, bench.store.write("s3://bucket/m.tar.gz", archive({"xgboost-model": b"broken"})))
    uri = bench.store.write("s3://bucket/in/a.csv", "1\n")
    outcome = run_transform(transform_request(uri), model, bench.job().context)
    assert outcome.failure_reason == (
        "AlgorithmError: Model container failed to respond to ping: it ended. See the log for the reason."
    )


def test_a_stopped_job_has_no_partial_output(bench: Workbench) -> None:
    script = (
        "import time\ndef model_fn(d): return 0\ndef transform_fn(m, d, c, a):\n    time.sleep(0.2)\n    return d\n"
    )
    model = model_request(
        PYTORCH_INFERENCE, bench.store.write("s3://b/m.tar.gz", archive({"code/inference.py": script}))
    )
    uri = bench.store.write("s3://bucket/in/a.csv", "1\n" * 1000)
    job = bench.job()
    outcomes = []
    request = transform_request(uri, BatchStrategy="SingleRecord")
    with running(lambda: outcomes.append(run_transform(request, model, job.context))):
        wait_until(lambda: "POST /invocations" in job.log)
        job.context.stop.set()
    assert outcomes[0].status == "Stopped"
    assert bench.store.keys("s3://bucket/predictions/") == []


@pytest.mark.parametrize(
    ("path", "payload"),
    [("$[1:]", "2,3\n5,6"), ("$[0]", "1\n4"), ("$[0,-1]", "1,3\n4,6"), ("$[:-1]", "1,2\n4,5"), ("$", "1,2,3\n4,5,6")],
)
def test_an_input_filter_selects_columns_of_csv(bench: Workbench, path: str, payload: str) -> None:
    _, job = _transform(bench, "1,2,3\n4,5,6\n", DataProcessing={"InputFilter": path})
    assert _payloads(job) == [payload]


@pytest.mark.parametrize(
    ("path", "output"), [("$", "1,2,3.0\n4,5,9.0\n"), ("$[-1]", "3.0\n9.0\n"), ("$[0,-1]", "1,3.0\n4,9.0\n")]
)
def test_joined_csv_row(bench: Workbench, path: str, output: str) -> None:
    joined, _ = _transform(
        bench,
        "1,2\n4,5\n",
        "sum",
        DataProcessing={"JoinSource": "Input", "OutputFilter": path},
        TransformOutput={"Accept": "text/csv", "AssembleWith": "Line"},
    )
    assert joined == output


def test_output_filter_without_join(bench: Workbench) -> None:
    data_processing = {"OutputFilter": "$[0]"}
    assert _transform(bench, "1,2\n4,5\n", DataProcessing=data_processing)[0] == "1\n4\n"


def test_filtered_input_is_joined(bench: Workbench) -> None:
    joined, job = _transform(
        bench,
        "id-1,1,2\nid-2,4,5\n",
        "sum",
        DataProcessing={"JoinSource": "Input", "InputFilter": "$[1:]"},
        TransformOutput={"Accept": "text/csv", "AssembleWith": "Line"},
    )
    assert joined == "id-1,1,2,3.0\nid-2,4,5,9.0\n"
    assert _payloads(job) == ["1,2\n4,5"]


def test_quoted_cells_survive_filters_and_joins(bench: Workbench) -> None:
    joined, _ = _transform(
        bench,
        '"Seoul, Jung-gu",1,2\n',
        "sum",
        DataProcessing={"JoinSource": "Input", "InputFilter": "$[1:]"},
        TransformOutput={"Accept": "text/csv", "AssembleWith": "Line"},
    )
    assert joined == '"Seoul, Jung-gu",1,2,3.0\n'


def test_json_lines_are_joined_under_sagemaker_output(bench: Workbench) -> None:
    joined, _ = _transform(
        bench,
        '{"id": 1, "x": [1]}\n{"id": 2, "x": [2, 3]}\n',
        "json",
        DataProcessing={"JoinSource": "Input", "InputFilter": "$.x", "OutputFilter": "$['id','SageMakerOutput']"},
        TransformInput={"ContentType": "application/jsonlines"},
        TransformOutput={"Accept": "application/jsonlines", "AssembleWith": "Line"},
    )
    assert [json.loads(line) for line in joined.splitlines()] == [
        {"id": 1, "SageMakerOutput": {"score": 3}},
        {"id": 2, "SageMakerOutput": {"score": 5}},
    ]


def test_json_scalar_is_joined_as_sagemaker_input(bench: Workbench) -> None:
    joined, _ = _transform(
        bench,
        "[1, 2]",
        "json",
        DataProcessing={"JoinSource": "Input"},
        TransformInput={"ContentType": "application/json", "SplitType": "None"},
        TransformOutput={"Accept": "application/json"},
    )
    assert json.loads(joined) == {"SageMakerInput": [1, 2], "SageMakerOutput": {"score": 6}}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"DataProcessing": {"InputFilter": "a"}}, "is not a JSONPath: it must begin with $"),
        ({"DataProcessing": {"InputFilter": "$[?(@.a)]"}}, "has a part that filters do not know"),
        ({"DataProcessing": {"JoinSource": "Input"}}, "needs the same ContentType and Accept"),
        (
            {"DataProcessing": {"JoinSource": "Input"}, "TransformOutput": {"Accept": "text/csv"}},
            "needs SplitType Line and AssembleWith Line",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(bench: Workbench, more: dict[str, Any], message: str) -> None:
    uri = bench.store.write("s3://bucket/in/a.csv", "1\n")
    outcome = run_transform(transform_request(uri, **more), _echo_model(bench), bench.job().context)
    assert message in str(outcome.failure_reason)


def test_mismatched_answers_fail_a_join(bench: Workbench) -> None:
    uri = bench.store.write("s3://bucket/in/a.csv", "1\n2\n")
    request = transform_request(
        uri, DataProcessing={"JoinSource": "Input"}, TransformOutput={"Accept": "text/csv", "AssembleWith": "Line"}
    )
    outcome = run_transform(request, _echo_model(bench, {"ANSWER": "count"}), bench.job().context)
    assert "The container gave 1 answers to 2 records; they cannot be joined." in str(outcome.failure_reason)


def test_stop_does_not_wait_for_the_container(bench: Workbench) -> None:
    script = "import time\ndef model_fn(d): return 0\ndef transform_fn(m, d, c, a): time.sleep(600)\n"
    model = model_request(
        PYTORCH_INFERENCE, bench.store.write("s3://b/m.tar.gz", archive({"code/inference.py": script}))
    )
    uri = bench.store.write("s3://bucket/in/a.csv", "1\n")
    job = bench.job()
    outcomes = []
    with running(lambda: outcomes.append(run_transform(transform_request(uri), model, job.context))):
        wait_until(lambda: "[sagemaker logs]: MaxConcurrentTransforms" in job.log)
        job.context.stop.set()
    assert outcomes[0].status == "Stopped"
