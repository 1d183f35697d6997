"""Requests that no AWS client would make, signed as AWS clients sign theirs."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def signed(
    service: Any,
    method: str = "POST",
    path: str = "/",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    signing_name: str = "sagemaker",
) -> urllib.request.Request:
    """A request to the local SageMaker."""
    arguments = service.client_arguments
    request = AWSRequest(method, f"{service.endpoint_url}{path}", dict(headers or {}), body)
    key = Credentials(arguments["aws_access_key_id"], arguments["aws_secret_access_key"])
    signer = S3SigV4Auth if signing_name == "s3" else SigV4Auth
    signer(key, signing_name, arguments["region_name"]).add_auth(request)
    return urllib.request.Request(request.url, data=body or None, headers=dict(request.headers.items()), method=method)


def send(request: urllib.request.Request) -> tuple[int, bytes]:
    """The status and body of a response."""
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def post(service: Any, target: str, body: bytes) -> tuple[int, dict[str, Any]]:
    """The response to a request to the SageMaker API."""
    headers = {"X-Amz-Target": f"SageMaker.{target}", "Content-Type": "application/x-amz-json-1.1"}
    status, answer = send(signed(service, body=body, headers=headers))
    return status, json.loads(answer)
