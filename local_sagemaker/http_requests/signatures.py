"""Verification of signatures with botocore's own signers, from the request as it was sent.

AWS's clients sign with version 4, in a header or in the query of a presigned URL. boto3 presigns URLs of S3 in some
regions with version 2, which no other service accepts. A presigned form (``generate_presigned_post``) has the signature
of its policy in its fields.
"""

import base64
import binascii
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import IO, Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from botocore.auth import UNSIGNED_PAYLOAD, HmacV1Auth, S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from local_sagemaker.http_requests import aws_chunked

SecretOf = Callable[[str], str | None]
"""Returns the secret of an access key, or None if the key does not exist."""
Problem = Literal[
    "missing", "incomplete", "unknown key", "mismatch", "expired", "presigned expired", "policy", "other body"
]

_ALGORITHM = "AWS4-HMAC-SHA256"
_MAX_SKEW_SECONDS = 15 * 60
_HEADER = re.compile(r"AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=(\w+)")
_HEADER_OF_VERSION_2 = re.compile(r"AWS ([^:\s]+):(\S+)")
_FORM = "multipart/form-data"
_S3 = ("s3", "s3-object-lambda", "s3-outposts", "s3express")
_BLOCK = 1024 * 1024


class SignatureError(Exception):
    """A request is not signed, or not by a key of this service."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem: Problem = problem


@dataclass(frozen=True)
class SignedRequest:
    """A request as it was sent: ``target`` is its raw path and query, ``headers`` have lower-case names."""

    method: str
    target: str
    headers: Mapping[str, str]

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the query."""
        return dict(parse_qsl(urlsplit(f"http://host{self.target}").query, keep_blank_values=True))

    @property
    def service(self) -> str | None:
        """The service in the credential scope; S3 for version 2; None if the request is not signed."""
        scope = _HEADER.match(self.headers.get("authorization", ""))
        credential = (scope[1] if scope else self.query.get("X-Amz-Credential", "")).split("/")
        if len(credential) == 5:
            return credential[3].lower()
        is_version_2 = self.headers.get("authorization", "").startswith("AWS ") or "AWSAccessKeyId" in self.query
        return "s3" if is_version_2 else None


@dataclass(frozen=True)
class _Version4:
    """The parts of a signature of version 4."""

    credential: str
    signed_headers: str
    signature: str
    timestamp: str
    seconds: int | None
    """How long a presigned URL is valid; None for a signature in a header."""


class _Given:
    """Signs the headers that the client has signed, and no others."""

    def headers_to_sign(self, request: Any) -> Any:
        return request.context["signed"]


class _SigV4(_Given, SigV4Auth):  # type: ignore[misc]
    """The signer of every service but S3."""


class _S3SigV4(_Given, S3SigV4Auth):  # type: ignore[misc]
    """The signer of S3, which does not normalize the path."""


class _SigV2(HmacV1Auth):  # type: ignore[misc]
    """The signer of S3's version 2 at the date of the request."""

    def __init__(self, key: Credentials, date: str) -> None:
        super().__init__(key)
        self._date = date

    def _get_date(self) -> str:
        return self._date


def is_presigned_form(request: SignedRequest) -> bool:
    """Whether the signature may be in the fields of a form, which is the body."""
    return request.method == "POST" and request.headers.get("content-type", "").startswith(_FORM)


def verify(request: SignedRequest, body: Callable[[], IO[bytes]], secret_of: SecretOf) -> None:
    """Verify the signature of a request, and the body if the signature covers it.

    ``body`` is called only for a key that exists, so that nobody else can fill the disk. Raises SignatureError.
    """
    query, authorization = request.query, request.headers.get("authorization", "")
    if "X-Amz-Signature" in query:
        try:
            parts = _Version4(
                query["X-Amz-Credential"],
                query["X-Amz-SignedHeaders"],
                query["X-Amz-Signature"],
                query["X-Amz-Date"],
                int(query["X-Amz-Expires"]),
            )
        except (KeyError, ValueError) as error:
            raise SignatureError("incomplete") from error
        _verify_version_4(request, parts, body, secret_of)
    elif "AWSAccessKeyId" in query:
        _verify_version_2(request, query["AWSAccessKeyId"], query.get("Signature", ""), query.get("Expires"), secret_of)
    elif matched := _HEADER.fullmatch(authorization):
        timestamp = request.headers.get("x-amz-date") or _compact(request.headers.get("date", ""))
        _verify_version_4(request, _Version4(matched[1], matched[2], matched[3], timestamp, None), body, secret_of)
    elif matched := _HEADER_OF_VERSION_2.fullmatch(authorization):
        _verify_version_2(request, matched[1], matched[2], None, secret_of)
    else:
        raise SignatureError("incomplete" if authorization else "missing")


def _verify_version_4(
    request: SignedRequest, parts: _Version4, body: Callable[[], IO[bytes]], secret_of: SecretOf
) -> None:
    access_key, _, scope = parts.credential.partition("/")
    if not re.fullmatch(r"\d{8}/[^/]+/[^/]+/aws4_request", scope):
        raise SignatureError("incomplete")
    date, region, service, _ = scope.split("/")
    key = _key(access_key, secret_of)
    _check_time(parts.timestamp, date, parts.seconds)
    is_s3 = service in _S3
    default = UNSIGNED_PAYLOAD if is_s3 and parts.seconds is not None else None
    declared = request.headers.get("x-amz-content-sha256", default)
    signed = AWSRequest(request.method, _url_to_sign(request.target))
    signed.headers["X-Amz-Content-SHA256"] = declared or digest_of(body())
    signed.context["timestamp"], signed.context["signed"] = parts.timestamp, HTTPHeaders()
    for name in parts.signed_headers.split(";"):
        signed.context["signed"][name] = _as_text(request.headers.get(name, ""))
    signer = (_S3SigV4 if is_s3 else _SigV4)(key, service, region)
    expected = signer.signature(signer.string_to_sign(signed, signer.canonical_request(signed)), signed)
    if not hmac.compare_digest(expected, parts.signature) or "host" not in parts.signed_headers.split(";"):
        raise SignatureError("mismatch")
    if declared in aws_chunked.SIGNED and not aws_chunked.is_signed(
        body(),
        request.headers.get("x-amz-decoded-content-length", ""),
        parts.signature,
        f"{parts.timestamp}\n{scope}",
        lambda text: signer.signature(text, signed),
        has_trailer=declared.endswith("-TRAILER"),
    ):
        raise SignatureError("mismatch")
    if declared and re.fullmatch(r"[0-9a-f]{64}", declared) and digest_of(body()) != declared:
        raise SignatureError("other body")


def _verify_version_2(
    request: SignedRequest, access_key: str, signature: str, expires: str | None, secret_of: SecretOf
) -> None:
    key = _key(access_key, secret_of)
    if expires is not None and not (expires.isdecimal() and int(expires) >= time.time()):
        raise SignatureError("presigned expired")
    headers = HTTPHeaders()
    # A presigned URL repeats the headers that it covers in its query.
    for name, value in {**request.headers, **{name.lower(): value for name, value in request.query.items()}}.items():
        if name.startswith("x-amz-") or name in ("content-md5", "content-type"):
            headers[name] = value
    split = urlsplit(_url_to_sign(request.target))
    bucket = bucket_of_host(request.headers.get("host", ""))
    path = f"/{bucket}{split.path}" if bucket else split.path
    signer = _SigV2(key, expires or request.headers.get("date", ""))
    expected = signer.get_signature(request.method, split, headers, auth_path=path)
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise SignatureError("mismatch")


def verify_form(fields: Mapping[str, str], bucket: str, secret_of: SecretOf) -> None:
    """Verify the signature of a presigned form's policy, and its conditions; raises SignatureError."""
    given = {**{name.lower(): value for name, value in fields.items()}, "bucket": bucket}
    try:
        policy = json.loads(base64.b64decode(given["policy"]))
        expires = datetime.fromisoformat(policy["expiration"])
        if "x-amz-credential" in given:
            access_key, date, region, service, _ = given["x-amz-credential"].split("/")
            request = AWSRequest()
            request.context["timestamp"] = given["x-amz-date"]
            signature, expected = given["x-amz-signature"], SigV4Auth(_key(access_key, secret_of), service, region)
            matches = hmac.compare_digest(expected.signature(given["policy"], request), signature)
            matches = matches and given["x-amz-date"].startswith(date)
        else:
            signer = HmacV1Auth(_key(given["awsaccesskeyid"], secret_of))
            matches = hmac.compare_digest(signer.sign_string(given["policy"]), given["signature"])
        conditions = [_meets(condition, given) for condition in policy["conditions"]]
    except (KeyError, ValueError, TypeError, AttributeError, binascii.Error) as error:
        raise SignatureError("incomplete" if "policy" in given else "missing") from error
    if not matches:
        raise SignatureError("mismatch")
    if expires < datetime.now(UTC):
        raise SignatureError("presigned expired")
    if not all(conditions):
        raise SignatureError("policy")


def _meets(condition: Any, fields: Mapping[str, str]) -> bool:
    """Whether the fields of a form meet a condition of its policy."""
    if isinstance(condition, dict):
        return all(fields.get(name.lower()) == value for name, value in condition.items())
    operator, name, value = condition
    if operator == "content-length-range":
        return True
    found = fields.get(name.removeprefix("$").lower(), "")
    return found.startswith(value) if operator == "starts-with" else found == value


def digest_of(body: IO[bytes]) -> str:
    """The SHA-256 of a body, block by block; the body is rewound."""
    digest = sha256()
    for block in iter(lambda: body.read(_BLOCK), b""):
        digest.update(block)
    body.seek(0)
    return digest.hexdigest()


def bucket_of_host(host: str) -> str | None:
    """The bucket in a virtual-host-style address, ``bucket.localhost:port`` or ``bucket.s3.localhost:port``."""
    name = host.rpartition(":")[0] if re.search(r":\d*$", host) else host
    matched = re.fullmatch(r"(?P<bucket>.+?)(\.s3(\.[a-z0-9-]+)?)?\.localhost", name)
    return matched["bucket"] if matched and matched["bucket"] != "s3" else None


def _key(access_key: str, secret_of: SecretOf) -> Credentials:
    secret = secret_of(access_key)
    if secret is None:
        raise SignatureError("unknown key")
    return Credentials(access_key, secret)


def _check_time(timestamp: str, date: str, seconds: int | None) -> None:
    try:
        signed_at = datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError as error:
        raise SignatureError("incomplete") from error
    if not timestamp.startswith(date):
        raise SignatureError("mismatch")
    age = time.time() - signed_at
    if seconds is not None and age > seconds:
        raise SignatureError("presigned expired")
    if age < -_MAX_SKEW_SECONDS or (seconds is None and age > _MAX_SKEW_SECONDS):
        raise SignatureError("expired")


def _url_to_sign(target: str) -> str:
    path, mark, query = target.partition("?")
    kept = "&".join(pair for pair in query.split("&") if unquote(pair.partition("=")[0]) != "X-Amz-Signature")
    return f"http://host{path}{mark}{kept}"


def _compact(date: str) -> str:
    """A Date header in the form of X-Amz-Date."""
    try:
        return parsedate_to_datetime(date).strftime("%Y%m%dT%H%M%SZ")
    except ValueError:
        return date


def _as_text(value: str) -> str:
    """The text of a header, which HTTP transfers as Latin-1."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value
