"""How a service that is not SageMaker says that something is not supported: in a form that its clients read."""

from __future__ import annotations

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
    """Answer a request with the reason why it is not carried out; clients do not try it again.

    Parameters
    ----------
    service
        The service that was asked, where it is one that nobody here knows.
    """
    if "HTTP_X_AMZ_TARGET" in environ or (service is not None and _speaks_json(service)):
        content_type, text = "application/x-amz-json-1.1", json.dumps({"__type": CODE, "message": reason})
    else:
        error = f"<Error><Code>{CODE}</Code><Message>{escape(reason)}</Message></Error>"
        content_type, text = "application/xml", f"<ErrorResponse>{error}</ErrorResponse>"
    body = text.encode()
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body))), ("x-amzn-errortype", CODE)]
    start_response("400 Bad Request", headers)
    return [body]


def _speaks_json(service: str) -> bool:
    """Whether the clients of a service read JSON, as far as botocore knows it."""
    try:
        protocol = Loader().load_service_model(service, "service-2")["metadata"]["protocol"]
    except UnknownServiceError:
        return False
    return protocol in ("json", "rest-json")
