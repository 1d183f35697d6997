"""Before a run on AWS uploads anything: the header of the data, and the doctor's cheap checks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from pipelines.admin.doctor import preflight
from pipelines.cli.common.command import run_command
from pipelines.cli.run.command import COMMAND
from pipelines.data.header import BEGINNING_BYTES, check_header, check_header_in_s3
from pipelines.data.sample import MARK, generate_sample
from pipelines.errors import BadInput
from pipelines.settings.table import read_table
from tests.support.in_process_aws import empty, one_moto

BUCKET = "sagemaker-us-east-1-123456789012"
BIKES = read_table(None)
REAL = generate_sample().replace(b"," + MARK.encode(), b",Remark", 1)
ROWS = REAL.splitlines(keepends=True)

WRONG = {
    "empty": (b"", "is empty"),
    "a column is missing": (REAL.replace(b"Rainfall(mm)", b"Sunshine"), "Column 'Rainfall(mm)' is missing"),
    "another unit": (REAL.replace(b"Rainfall(mm)", b"Rainfall(in)"), "has another unit"),
    "a header alone": (ROWS[0], "has a header but no rows"),
    "not a table": (b'{"cells": []}', "is not a CSV file but JSON"),
}


@pytest.fixture(scope="module")
def moto() -> Iterator[None]:
    with one_moto():
        yield


@pytest.fixture
def s3(moto: None) -> Any:
    empty("s3")
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket=BUCKET)
    return client


@pytest.mark.parametrize("case", WRONG)
def test_wrong_header_is_refused(s3: Any, case: str) -> None:
    content, sentence = WRONG[case]
    with pytest.raises(BadInput, match=r"data at bikes\.csv cannot be used: .*") as refused:
        check_header("bikes.csv", content[:BEGINNING_BYTES], BIKES)
    assert sentence in str(refused.value)
    s3.put_object(Bucket=BUCKET, Key="bikes.csv", Body=content)
    with pytest.raises(BadInput) as refused:
        check_header_in_s3(s3, f"s3://{BUCKET}/bikes.csv", BIKES)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("odd", [b"", b"x"])
def test_cut_file_is_accepted(encoding: str, odd: bytes) -> None:
    text = REAL.decode("cp1252").replace("Remark", f"Remark{odd.decode()}")
    content = (("\ufeff" if "16" in encoding else "") + text).encode(encoding)
    assert len(content) > BEGINNING_BYTES
    check_header("bikes.csv", content[:BEGINNING_BYTES], BIKES)


def test_first_table_below_a_prefix_is_read_by_range(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="new/")
    s3.put_object(Bucket=BUCKET, Key="new/_SUCCESS")
    s3.put_object(Bucket=BUCKET, Key="new/bikes.csv", Body=REAL)
    ranges: list[str] = []
    s3.meta.events.register("before-parameter-build.s3.GetObject", lambda params, **_: ranges.append(params["Range"]))
    check_header_in_s3(s3, f"s3://{BUCKET}/new/", BIKES)
    assert ranges == [f"bytes=0-{BEGINNING_BYTES - 1}"]
    with pytest.raises(BadInput, match="There is no data at"):
        check_header_in_s3(s3, f"s3://{BUCKET}/old/", BIKES)


def test_unreadable_data_are_left_to_the_role(s3: Any, caplog: pytest.LogCaptureFixture) -> None:
    from botocore.exceptions import ClientError

    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListObjectsV2")

    s3.meta.events.register("before-call.s3.ListObjectsV2", refuse)
    check_header_in_s3(s3, "s3://others/bikes.csv", BIKES)
    assert "You have no permission to read s3://others/bikes.csv" in caplog.text


def test_failures_stop_a_run_before_an_upload(
    s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "listed", lambda *_, **__: [])  # moto has none
    data = tmp_path / "bikes.csv"
    data.write_bytes(REAL)
    document = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = boto3.client("iam").create_role(
        RoleName="ForLambda", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [document]})
    )["Role"]["Arn"]
    arguments = ["--upsert", "--start", "--target", "aws", "--region", "us-east-1", "--role-arn", role]
    assert run_command(COMMAND, [*arguments, "--data", str(data), "--bucket", BUCKET]) == 3
    printed = capsys.readouterr().err
    assert "nothing was uploaded or started (--no-preflight skips these checks)" in printed
    assert f"role: the trust policy of {role} does not let sagemaker.amazonaws.com assume it" in printed
    assert "JumpStart: s3://jumpstart-cache-prod-us-east-1/models_manifest.json cannot be read" in printed
    assert "fix it: boostpipe infra deploy" in printed
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)
