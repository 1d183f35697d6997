"""SageMaker's wire format: JSON 1.1 over HTTP."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local_sagemaker.core import strict_json
from local_sagemaker.core.errors import ApiError, SerializationException

CONTENT_TYPE = "application/x-amz-json-1.1"


@dataclass(frozen=True)
class HttpAnswer:
    """An HTTP response."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def read_request(body: bytes) -> dict[str, Any]:
    """The JSON object in a request's body; an empty body is an empty object.

    Raises SerializationException for any other body.
    """
    try:
        request = strict_json.loads(body or b"{}")
    except ValueError as error:
        raise SerializationException(f"The request is not JSON: {error}") from error
    if not isinstance(request, dict):
        raise SerializationException("The request is not a JSON object")
    return request


def success(document: Mapping[str, Any] | None, content_type: str = CONTENT_TYPE) -> HttpAnswer:
    """A response with a document, or with an empty body."""
    body = b"" if document is None else json.dumps(document).encode()
    return HttpAnswer(200, body, {"Content-Type": content_type})


def failure(error: ApiError, content_type: str = CONTENT_TYPE) -> HttpAnswer:
    """A response with an error in botocore's form: ``__type`` and ``message``."""
    document = {"__type": error.code, "message": str(error), "Message": str(error)}
    headers = {"Content-Type": content_type, "x-amzn-errortype": error.code}
    return HttpAnswer(error.status, json.dumps(document).encode(), headers)
