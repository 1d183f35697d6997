"""A disk that is full or fails at any write path: one sentence, nothing half written, and the directory goes on."""

from __future__ import annotations

import io
import os
import re
import tarfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_sagemaker.jobs.contract import JobContext, JobOutcome
from local_sagemaker.jobs.outputs import upload_archive
from pipelines.execution.pipeline import look
from tests.conformance.stand_ins import Document, StandIns, definition, processing
from tests.support.failing_disk import ERRORS, SENTENCE, failing, names_below

KEY = "s3://bucket/key"


class Writer(StandIns):
    """A container that writes a line of its log and an artifact."""

    def processing(self, request: Document, context: JobContext) -> JobOutcome:
        context.log("algo-1", "first line\n")
        context.log("algo-1", "second line\n")
        folder = context.directory / "model"
        folder.mkdir()
        (folder / "weights").write_bytes(os.urandom(100_000))
        upload_archive([folder], "s3://bucket/out/model.tar.gz", context.directory, context.store)
        return JobOutcome("Completed")


@pytest.fixture(scope="module")
def stand_ins() -> StandIns:
    return Writer()


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("part", ["/logs/", "/model.tar.gz", "/objects/"])
def test_execution_fails_with_one_sentence_and_succeeds_later(service, pipelines, sagemaker, part, error):
    service.core.objects.write("s3://bucket/out/model.tar.gz", b"before")
    name = pipelines.create(definition(processing("A")))
    before = names_below(service.core.directory / "objects")
    with failing(part, error):
        failed = pipelines.start(name).wait()
    assert (failed.status, failed.statuses) == ("Failed", {"A": "Failed"})
    assert re.fullmatch(rf"ClientError: InternalServerError: {SENTENCE}.*", failed.steps["A"]["FailureReason"])
    assert look(sagemaker, failed.arn, {}).exit_code == 3
    if part != "/logs/":  # whose artifact is whole
        assert service.core.objects.read("s3://bucket/out/model.tar.gz") == b"before"
        assert names_below(service.core.directory / "objects") == before
        assert not [each for each in names_below(service.core.directory / "jobs") if each.endswith("model.tar.gz")]
    for log in (service.core.directory / "logs").rglob("*.log"):
        assert all(re.fullmatch(r"\d+\t(first|second) line", line) for line in log.read_text().splitlines())
    assert pipelines.start(name).wait().status == "Succeeded"
    with tarfile.open(fileobj=io.BytesIO(service.core.objects.read("s3://bucket/out/model.tar.gz"))) as archive:
        assert archive.getnames() == ["weights"]


def put(s3: Any, body: bytes) -> Callable[[], Any]:
    return lambda: s3.put_object(Bucket="bucket", Key="key", Body=body)


def put_large(s3: Any, body: bytes) -> Callable[[], Any]:
    return put(s3, body * 100_000)


def copy(s3: Any, body: bytes) -> Callable[[], Any]:
    s3.put_object(Bucket="bucket", Key="source", Body=body)
    return lambda: s3.copy_object(Bucket="bucket", Key="key", CopySource="bucket/source")


def complete(s3: Any, body: bytes) -> Callable[[], Any]:
    key = {"Bucket": "bucket", "Key": "key"}
    upload = {**key, "UploadId": s3.create_multipart_upload(**key)["UploadId"]}
    parts = [{"PartNumber": 1, "ETag": s3.upload_part(**upload, PartNumber=1, Body=body)["ETag"]}]
    return lambda: s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})


@pytest.mark.parametrize(("error", "before"), [*zip(ERRORS, [None, b"before"], strict=True)])
@pytest.mark.parametrize("write", [put, put_large, copy, complete])
def test_object_is_written_whole_or_not_at_all(service, s3, write, before, error):
    s3.delete_object(Bucket="bucket", Key="key")
    if before:
        s3.put_object(Bucket="bucket", Key="key", Body=before)
    prepared = write(s3, b"a body that is cut")
    with failing("/objects/", error), pytest.raises(ClientError, match=f"InsufficientStorage.*{SENTENCE}") as refused:
        prepared()
    assert refused.value.response["ResponseMetadata"]["RetryAttempts"] == 0
    stored = s3.get_object(Bucket="bucket", Key="key")["Body"].read() if service.core.objects.exists(KEY) else None
    assert stored == before
    assert not [each for each in names_below(service.core.directory) if each.endswith(".partial")]
    prepared()
    assert service.core.objects.read(KEY).startswith(b"a body that is cut")
