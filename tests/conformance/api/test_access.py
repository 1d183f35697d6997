"""Only the owner of the state directory can use the service: every request must be signed with its key."""

from __future__ import annotations

import base64
import hashlib
import socket
import time
import urllib.request
import zlib
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests
from botocore import UNSIGNED
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from local_sagemaker.http_requests import aws_chunked
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


def test_unsigned_chunks_are_stored_with_their_checksum(service, s3):
    headers = {
        "X-Amz-Content-SHA256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "X-Amz-Sdk-Checksum-Algorithm": "CRC32",
        "X-Amz-Trailer": "x-amz-checksum-crc32",
        "Content-Encoding": "gzip,aws-chunked",
    }
    body = b"4\r\n1,2\n\r\n4\r\n3,4\n\r\n0\r\nx-amz-checksum-crc32:%s\r\n\r\n"
    checksum = base64.b64encode(zlib.crc32(b"1,2\n3,4\n").to_bytes(4, "big"))
    assert send(chunked(service, "unsigned", headers, lambda *_: body % checksum))[0] == 200
    stored = s3.get_object(Bucket="bucket", Key="unsigned", ChecksumMode="ENABLED")
    assert stored["Body"].read() == b"1,2\n3,4\n"
    assert (stored["ContentEncoding"], stored["ChecksumCRC32"]) == ("gzip", checksum.decode())
    for bad in (b"zz\r\n", b"4\r\n1,2", b"4\r\n1,2\n,3", b""):
        assert send(chunked(service, "bad", headers, lambda *_, bad=bad: bad))[0] == 400


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


def chunked(service: Any, key: str, headers: dict[str, str], body: Callable[..., bytes]) -> urllib.request.Request:
    """A PutObject request in AWS's chunks, as its SDK for Java sends it."""
    given = service.client_arguments
    credentials = Credentials(given["aws_access_key_id"], given["aws_secret_access_key"])
    signer = ChunkSigner(credentials, "s3", given["region_name"])
    request = AWSRequest("PUT", f"{service.endpoint_url}/bucket/{key}", headers)
    signer.add_auth(request)
    sent = dict(request.headers.items())
    return urllib.request.Request(request.url, data=body(signer, request), headers=sent, method="PUT")


def signed_chunks(service: Any, key: str, blocks: list[bytes]) -> urllib.request.Request:
    def body(signer: Any, request: Any) -> bytes:
        before, whole = request.headers["Authorization"].rpartition("=")[2], b""
        scope = f"{request.context['timestamp']}\n{signer.credential_scope(request)}"
        for block in [*blocks, b""]:
            digests = f"{hashlib.sha256().hexdigest()}\n{hashlib.sha256(block).hexdigest()}"
            before = signer.signature(f"AWS4-HMAC-SHA256-PAYLOAD\n{scope}\n{before}\n{digests}", request)
            whole += b"%x;chunk-signature=%s\r\n%s\r\n" % (len(block), before.encode(), block)
        return whole

    headers = {
        "X-Amz-Content-SHA256": aws_chunked.SIGNED[0],
        "X-Amz-Decoded-Content-Length": str(sum(map(len, blocks))),
        "Content-Encoding": "aws-chunked",
    }
    return chunked(service, key, headers, body)


class ChunkSigner(S3SigV4Auth):
    """botocore's signer, which leaves the payload's name to the caller."""

    def _modify_request_before_signing(self, request: Any) -> None:
        named = request.headers["X-Amz-Content-SHA256"]
        super()._modify_request_before_signing(request)
        del request.headers["X-Amz-Content-SHA256"]
        request.headers["X-Amz-Content-SHA256"] = named

    def payload(self, request: Any) -> str:
        return request.headers["X-Amz-Content-SHA256"]


@pytest.mark.parametrize("size", [80_000, 2_000_000])
def test_signed_chunks_are_stored_until_changed(service, s3, size):
    blocks = [b"1,2\n" * (size // 4), b"3,4\n"]
    assert send(signed_chunks(service, "chunks", blocks))[0] == 200
    stored = s3.get_object(Bucket="bucket", Key="chunks")
    assert stored["Body"].read() == b"".join(blocks)
    assert "ContentEncoding" not in stored
    changed = signed_chunks(service, "changed", blocks)
    changed.data = changed.data.replace(b"3,4", b"3,5")
    status, body = send(changed)
    assert (status, b"<Code>SignatureDoesNotMatch" in body) == (403, True)
    assert not service.core.objects.exists("s3://bucket/changed")


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
