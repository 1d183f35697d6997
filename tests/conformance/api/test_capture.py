"""Data capture: the same JSON lines in the same places as the service writes them."""

from __future__ import annotations

import base64
import json
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from tests.conformance.api.test_hosting import model, wait

BOTH = [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}]
HEADERS = {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]}


@pytest.fixture(scope="module")
def runtime(aws, service):
    return aws("sagemaker-runtime", service)


def deploy(sagemaker, name: str, **capture) -> dict:
    """An endpoint with the data capture that is given."""
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": model(sagemaker, name),
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    configuration = {"DestinationS3Uri": "s3://bucket/captured/", "InitialSamplingPercentage": 100, **capture}
    sagemaker.create_endpoint_config(
        EndpointConfigName=name, ProductionVariants=[variant], DataCaptureConfig=configuration
    )
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    return wait(sagemaker, name)


def captured(s3, name: str) -> list[tuple[str, dict]]:
    """Every event of an endpoint with the key that it lies under."""
    listed = s3.list_objects_v2(Bucket="bucket", Prefix=f"captured/{name}/").get("Contents", [])
    texts = [(entry["Key"], s3.get_object(Bucket="bucket", Key=entry["Key"])["Body"].read()) for entry in listed]
    return [(key, json.loads(line)) for key, text in texts for line in text.splitlines()]


def test_invocation_becomes_one_json_line(sagemaker, runtime, s3):
    deploy(sagemaker, "both", CaptureOptions=BOTH, CaptureContentTypeHeader=HEADERS)
    answer = runtime.invoke_endpoint(EndpointName="both", Body=b"1,2\n3,4\n", ContentType="text/csv")["Body"].read()
    ((key, event),) = captured(s3, "both")
    pattern = r"captured/both/AllTraffic/\d{4}/\d\d/\d\d/\d\d/\d\d-\d\d-\d{3}-[0-9a-f-]{36}\.jsonl"
    assert re.fullmatch(pattern, key)
    assert event["captureData"] == {
        "endpointInput": {"observedContentType": "text/csv", "mode": "INPUT", "data": "1,2\n3,4\n", "encoding": "CSV"},
        "endpointOutput": {
            "observedContentType": "application/json",
            "mode": "OUTPUT",
            "data": answer.decode(),
            "encoding": "JSON",
        },
    }
    assert event["eventVersion"] == "0"
    assert set(event["eventMetadata"]) == {"eventId", "inferenceTime"}
    uuid.UUID(event["eventMetadata"]["eventId"])
    moment = datetime.strptime(event["eventMetadata"]["inferenceTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=5)
    assert key.split("/")[3:7] == f"{moment:%Y/%m/%d/%H}".split("/")


def test_other_content_types_are_base64(sagemaker, runtime, s3):
    deploy(sagemaker, "binary", CaptureOptions=BOTH, CaptureContentTypeHeader={"CsvContentTypes": ["text/csv"]})
    runtime.invoke_endpoint(EndpointName="binary", Body=b"1", ContentType="application/x-recordio-protobuf")
    ((_, event),) = captured(s3, "binary")
    sides = event["captureData"]
    assert sides["endpointInput"]["encoding"] == sides["endpointOutput"]["encoding"] == "BASE64"
    assert base64.b64decode(sides["endpointInput"]["data"]) == b"1"
    assert json.loads(base64.b64decode(sides["endpointOutput"]["data"]))["body"] == "1"


def test_one_side_with_custom_attributes(sagemaker, runtime, s3):
    deploy(sagemaker, "input", CaptureOptions=[{"CaptureMode": "Input"}], CaptureContentTypeHeader=HEADERS)
    runtime.invoke_endpoint(
        EndpointName="input",
        Body=b"1",
        ContentType="text/csv; charset=utf-8",
        InferenceId="mine",
        CustomAttributes="color=blue",
    )
    ((_, event),) = captured(s3, "input")
    assert list(event["captureData"]) == ["endpointInput"]
    assert event["captureData"]["endpointInput"]["encoding"] == "CSV"
    assert event["eventMetadata"]["inferenceId"] == "mine"
    assert event["eventMetadata"]["customAttributes"] == ["color=blue"]


def test_the_sampling_percentage_is_kept_to(sagemaker, runtime, s3):
    deploy(sagemaker, "never", CaptureOptions=BOTH, InitialSamplingPercentage=0)
    deploy(sagemaker, "off", CaptureOptions=BOTH, EnableCapture=False)
    deploy(sagemaker, "half", CaptureOptions=BOTH, InitialSamplingPercentage=50)
    for name in ("never", "off", "half"):
        for _ in range(60):
            runtime.invoke_endpoint(EndpointName=name, Body=b"1", ContentType="text/csv")
    assert captured(s3, "never") == captured(s3, "off") == []
    assert 10 <= len(captured(s3, "half")) <= 50


def test_the_endpoint_says_how_it_captures(sagemaker):
    described = deploy(sagemaker, "described", CaptureOptions=BOTH, InitialSamplingPercentage=30)
    assert described["DataCaptureConfig"] == {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": 30,
        "DestinationS3Uri": "s3://bucket/captured/",
        "KmsKeyId": "",
    }
    config = sagemaker.describe_endpoint_config(EndpointConfigName="described")["DataCaptureConfig"]
    assert config["CaptureOptions"] == BOTH


def test_missing_destination_keeps_the_response(sagemaker, runtime):
    deploy(sagemaker, "lost", CaptureOptions=BOTH, DestinationS3Uri="s3://no-such-bucket/captured")
    assert runtime.invoke_endpoint(EndpointName="lost", Body=b"1", ContentType="text/csv")["Body"].read()
