"""The response of a service other than SageMaker that reports an unsupported operation."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

CODE = "NotImplemented"


def refuse(
    environ: Mapping[str, Any], start_response: Callable[..., Any], reason: str, *, service: str | None = None
) -> Iterable[bytes]:
    """Refuse a request with a reason, in the format that the service's clients read; they do not retry.

    ``service`` is the service of the request if moto does not implement it.
    """
    if "HTTP_X_AMZ_TARGET" in environ or (service is not None and _uses_json(service)):
        content_type, text = "application/x-amz-json-1.1", json.dumps({"__type": CODE, "message": reason})
    else:
        error = f"<Error><Code>{CODE}</Code><Message>{escape(reason)}</Message></Error>"
        content_type, text = "application/xml", f"<ErrorResponse>{error}</ErrorResponse>"
    body = text.encode()
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body))), ("x-amzn-errortype", CODE)]
    start_response("400 Bad Request", headers)
    return [body]


def _uses_json(service: str) -> bool:
    """Whether botocore's model of a service has a JSON protocol."""
    try:
        protocol = Loader().load_service_model(service, "service-2")["metadata"]["protocol"]
    except UnknownServiceError:
        return False
    return protocol in ("json", "rest-json")
