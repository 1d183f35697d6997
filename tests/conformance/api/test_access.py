"""Only the owner of the state directory can use the service: every request must be signed with its key."""

from __future__ import annotations

import socket
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.support.signing import send, signed

CALLS: dict[str, Callable[[Any], Any]] = {
    "sagemaker": lambda client: client.list_models(),
    "sagemaker-runtime": lambda client: client.invoke_endpoint(EndpointName="none", Body=b""),
    "s3": lambda client: client.list_buckets(),
    "sts": lambda client: client.get_caller_identity(),
    "logs": lambda client: client.describe_log_groups(),
}
JSON_CODES = ("UnrecognizedClientException", "InvalidSignatureException", "MissingAuthenticationTokenException")
CODES = {
    "sagemaker": JSON_CODES,
    "sagemaker-runtime": JSON_CODES,
    "s3": ("InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied"),
    "sts": ("InvalidClientTokenId", "SignatureDoesNotMatch", "MissingAuthenticationToken"),
    "logs": JSON_CODES,
}
"""The codes for an unknown key, a wrong secret, and no signature."""
KEY = "a b/한+글~*'()!//x"


@pytest.fixture(scope="module")
def stored(s3) -> str:
    s3.put_object(Bucket="bucket", Key=KEY, Body=b"content")
    return KEY


@pytest.mark.parametrize("name", CALLS)
def test_another_user_gets_the_codes_of_aws(service, name):
    others = [
        {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE"},
        {"aws_secret_access_key": "guessed"},
        {"config": Config(signature_version=UNSIGNED)},
    ]
    for other, code in zip(others, CODES[name], strict=True):
        with pytest.raises(ClientError) as refused:
            CALLS[name](boto3.client(name, **{**service.client_arguments, **other}))
        assert refused.value.response["Error"]["Code"] == code
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_presigned_urls_and_forms_work_until_changed(aws, service, s3, stored, version):
    client = aws("s3", service, config=Config(signature_version=version))
    url = client.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": stored})
    assert send(urllib.request.Request(url)) == (200, b"content")
    assert send(urllib.request.Request(url.replace("/bucket/", "/bucket/x")))[0] == 403
    put = {"Bucket": "bucket", "Key": f"put-{version}", "ContentType": "text/csv"}
    url = client.generate_presigned_url("put_object", Params=put)
    request = urllib.request.Request(url, data=b"1,2", method="PUT", headers={"Content-Type": "text/csv"})
    assert send(request)[0] == 200
    assert s3.get_object(Bucket="bucket", Key=put["Key"])["ContentType"] == "text/csv"
    form = client.generate_presigned_post("bucket", f"form-{version}")
    sent = requests.post(form["url"], data=form["fields"], files={"file": b"posted"}, timeout=60)
    assert sent.status_code == 204, sent.text
    assert s3.get_object(Bucket="bucket", Key=f"form-{version}")["Body"].read() == b"posted"
    form["fields"]["key"] = "elsewhere"
    assert requests.post(form["url"], data=form["fields"], files={"file": b"posted"}, timeout=60).status_code == 403


def test_an_expired_url_is_refused(aws, service, stored):
    client = aws("s3", service, config=Config(signature_version="s3v4"))
    url = client.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": stored}, ExpiresIn=0)
    time.sleep(1.1)
    status, body = send(urllib.request.Request(url))
    assert (status, b"<Code>AccessDenied</Code><Message>Request has expired" in body) == (403, True)


@pytest.mark.parametrize(
    "config",
    [
        Config(s3={"addressing_style": "virtual"}),
        Config(s3={"payload_signing_enabled": False}),
        Config(s3={"payload_signing_enabled": True}),
        Config(signature_version="s3"),
    ],
)
def test_every_way_to_sign_for_s3_works(service, stored, config, monkeypatch):
    resolve = socket.getaddrinfo  # some machines have no address for bucket.localhost
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *more, **named: resolve("127.0.0.1", *more, **named))
    arguments = {**service.client_arguments, "endpoint_url": service.endpoint_url.replace("127.0.0.1", "localhost")}
    client = boto3.client("s3", **arguments, config=config)
    client.put_object(Bucket="bucket", Key="/signed//so", Body=b"x" * 2_000_000, Metadata={"a": "b  c"})
    assert client.get_object(Bucket="bucket", Key="/signed//so")["Body"].read() == b"x" * 2_000_000
    assert client.get_object(Bucket="bucket", Key=stored)["Body"].read() == b"content"


def test_a_changed_body_is_refused(service):
    for signing_name, path in (("s3", "/bucket/changed"), ("sagemaker", "/")):
        request = signed(service, "PUT", path, b"signed", signing_name=signing_name)
        request.data = b"change"
        assert send(request)[0] in (400, 403)


def test_an_assumed_role_signs_with_its_own_key(aws, service):
    role = aws("sts", service).assume_role(RoleArn=service.role_arn, RoleSessionName="me")["Credentials"]
    keys = {
        "aws_access_key_id": role["AccessKeyId"],
        "aws_secret_access_key": role["SecretAccessKey"],
        "aws_session_token": role["SessionToken"],
    }
    client = boto3.client("sts", **{**service.client_arguments, **keys})
    assert client.get_caller_identity()["Arn"].endswith("/SageMakerLocalExecutionRole/me")


@pytest.mark.parametrize(
    "header", [{"Origin": "https://page.example"}, {"Host": "rebound.example:80"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_web_page_is_not_answered(service, header):
    request = signed(service, body=b"{}", headers={"X-Amz-Target": "SageMaker.ListModels", **header})
    assert send(request)[0] == 403
