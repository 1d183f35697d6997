"""Refusal of requests that a web page or another user of this machine may have sent."""

import itertools
from collections.abc import Callable, Iterable
from typing import IO, Any
from urllib.parse import urlsplit

from werkzeug.formparser import parse_form_data

from local_sagemaker.http_requests import bodies, signatures
from local_sagemaker.http_requests.signatures import SecretOf, SignatureError, SignedRequest
from local_sagemaker.moto.refusals import answers_json, refuse

Environ = dict[str, Any]
HEADERS = "local_sagemaker.headers"
"""The variable with the headers as they were sent: WSGI's own lose the difference of ``_`` and ``-``."""

_CALCULATED = "The request signature we calculated does not match the signature you provided."
_INVALID_TOKEN = "The security token included in the request is invalid."  # noqa: S105 - AWS's message
_IN_S3 = {
    "missing": ("AccessDenied", "Access Denied"),
    "incomplete": ("AuthorizationHeaderMalformed", "The authorization header that you provided is not valid."),
    "unknown key": ("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
    "mismatch": ("SignatureDoesNotMatch", f"{_CALCULATED} Check your key and signing method."),
    "expired": ("RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
    "presigned expired": ("AccessDenied", "Request has expired"),
    "policy": ("AccessDenied", "Invalid according to Policy: Policy Condition failed"),
    "other body": ("XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match the body."),
}
_ELSEWHERE = {
    "missing": ("MissingAuthenticationToken", "Missing Authentication Token"),
    "incomplete": ("IncompleteSignature", "The request signature does not conform to AWS standards."),
    "unknown key": ("InvalidClientTokenId", _INVALID_TOKEN),
    "mismatch": (
        "SignatureDoesNotMatch",
        f"{_CALCULATED} Check your AWS Secret Access Key and signing method. Consult the service documentation for "
        "details.",
    ),
    "expired": ("SignatureDoesNotMatch", "Signature expired: the request was signed more than 15 minutes ago."),
    "presigned expired": ("SignatureDoesNotMatch", "Signature expired: the presigned URL is no longer valid."),
    "other body": ("SignatureDoesNotMatch", "The provided 'x-amz-content-sha256' header does not match the body."),
}
_IN_JSON = {
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
    "IncompleteSignature": "IncompleteSignatureException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
}
"""The codes of services with JSON, by those of services with XML."""
_BAD_REQUESTS = ("AuthorizationHeaderMalformed", "IncompleteSignature", "XAmzContentSHA256Mismatch")
_BLOCKS_IN_VAIN = 64
"""The MiB that are read from a refused client, which would not see the response before it has sent its body."""


def comes_from_a_browser(environ: Environ) -> bool:
    """Whether a web page may have sent a request; this service runs code, so it must refuse web pages.

    No AWS client sends an Origin or a Sec-Fetch-Site. The Host header reveals a page whose own name resolves to this
    machine (DNS rebinding).
    """
    try:
        host = urlsplit(f"//{environ.get('HTTP_HOST', '127.0.0.1')}").hostname or ""
    except ValueError:
        return True
    is_local = host in ("127.0.0.1", "localhost") or host.endswith(".localhost")
    return "HTTP_ORIGIN" in environ or "HTTP_SEC_FETCH_SITE" in environ or not is_local


def refuse_unsigned(
    environ: Environ, body: Callable[[], IO[bytes]], secret_of: SecretOf, start_response: Callable[..., Any]
) -> Iterable[bytes] | None:
    """Refuse a request that no key of this service has signed, with AWS's code; returns None for any other."""
    request = signed_request(environ)
    try:
        signatures.verify(request, body, secret_of)
    except SignatureError as error:
        problem = error.problem
        if problem == "missing" and signatures.is_presigned_form(request):
            try:
                signatures.verify_form(_fields(environ, body()), _bucket(request), secret_of)
            except SignatureError as in_form:
                problem = in_form.problem
            else:
                return None
    else:
        return None
    for _ in itertools.islice(bodies.blocks_of(environ), _BLOCKS_IN_VAIN):
        pass
    return _refuse(environ, request, problem, start_response)


def signed_request(environ: Environ) -> SignedRequest:
    """A request as it was sent."""
    headers: dict[str, str] = {}
    for name, value in environ[HEADERS]:
        given = headers.get(name.lower())
        headers[name.lower()] = value if given is None else f"{given},{value}"
    return SignedRequest(environ["REQUEST_METHOD"], environ["REQUEST_URI"], headers)


def _refuse(
    environ: Environ, request: SignedRequest, problem: str, start_response: Callable[..., Any]
) -> Iterable[bytes]:
    service = request.service
    if service is None:
        is_query = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
        is_runtime = environ.get("PATH_INFO", "").startswith("/endpoints/")
        service = "sagemaker" if is_runtime else "sts" if is_query else "s3"
    if service == "s3" and "HTTP_X_AMZ_TARGET" not in environ:
        code, reason = _IN_S3[problem]
    else:
        code, reason = _ELSEWHERE[problem]
    status = 400 if code in _BAD_REQUESTS else 403
    if answers_json(environ, service):
        code = _IN_JSON[code]
    return refuse(environ, start_response, reason, service=service, code=code, status=status)


def _fields(environ: Environ, body: IO[bytes]) -> dict[str, str]:
    _, form, files = parse_form_data({**environ, "wsgi.input": body, "wsgi.input_terminated": True})
    body.seek(0)
    for file in files.values():
        file.close()
    return form.to_dict()


def _bucket(request: SignedRequest) -> str:
    path = urlsplit(f"http://host{request.target}").path
    return signatures.bucket_of_host(request.headers.get("host", "")) or path.strip("/").partition("/")[0]
