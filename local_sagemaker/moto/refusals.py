"""Error responses in the format of a service, for requests that moto does not get."""

import json
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

NOT_IMPLEMENTED = "NotImplemented"


def refuse(
    environ: Mapping[str, Any],
    start_response: Callable[..., Any],
    reason: str,
    *,
    service: str | None = None,
    code: str = NOT_IMPLEMENTED,
    status: int = 400,
) -> Iterable[bytes]:
    """Refuse a request with a reason, in the format that the service's clients read; they do not retry.

    ``service`` is the service of the request, by default one with XML.
    """
    if answers_json(environ, service):
        content_type, text = "application/x-amz-json-1.1", json.dumps({"__type": code, "message": reason})
    else:
        error = f"<Error><Code>{code}</Code><Message>{escape(reason)}</Message></Error>"
        content_type, text = "application/xml", error if service == "s3" else f"<ErrorResponse>{error}</ErrorResponse>"
    body = text.encode()
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body))), ("x-amzn-errortype", code)]
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]


def answers_json(environ: Mapping[str, Any], service: str | None) -> bool:
    """Whether the clients of a request read JSON, by botocore's model of the service."""
    if "HTTP_X_AMZ_TARGET" in environ:
        return True
    if service is None:
        return False
    try:
        model = Loader().load_service_model(service, "service-2")
    except UnknownServiceError:
        return False
    return model["metadata"]["protocol"] in ("json", "rest-json")
