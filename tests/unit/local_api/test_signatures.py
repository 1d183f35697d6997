"""Every request that botocore signs is accepted, and refused after any change."""

from __future__ import annotations

import io
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import HmacV1Auth, HmacV1QueryAuth, S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st

from local_sagemaker.http_requests.signatures import SignatureError, SignedRequest, bucket_of_host, verify

KEY = Credentials("LOCAL0123456789ABCDEF", "a secret")
HOST = "127.0.0.1:8080"
SIGNERS = {
    "header": lambda: SigV4Auth(KEY, "sagemaker", "us-east-1"),
    "header of S3": lambda: S3SigV4Auth(KEY, "s3", "us-east-1"),
    "URL": lambda: SigV4QueryAuth(KEY, "sts", "us-east-1", expires=60),
    "URL of S3": lambda: S3SigV4QueryAuth(KEY, "s3", "us-east-1", expires=60),
    "version 2": lambda: HmacV1Auth(KEY),
    "URL of version 2": lambda: HmacV1QueryAuth(KEY, expires=60),
}
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
HEADER_TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=12)
requests = st.builds(
    lambda path, query, headers: (
        f"/bucket/{quote(path, safe='/~')}",
        "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query.items()),
        {f"x-amz-meta-{name}": value for name, value in headers.items()},
    ),
    TEXT,
    st.dictionaries(st.sampled_from(["prefix", "list-type", "a b", "ключ"]), TEXT),
    st.dictionaries(st.sampled_from(["a", "b-c"]), HEADER_TEXT),
)


def sign(
    signer: str, method: str, path: str, query: str, headers: dict[str, str], body: bytes
) -> tuple[SignedRequest, bytes]:
    request = AWSRequest(method, f"http://{HOST}{path}?{query}" if query else f"http://{HOST}{path}", headers, body)
    SIGNERS[signer]().add_auth(request)
    split = urlsplit(request.url)
    sent = {name.lower(): value for name, value in request.headers.items()}
    target = split.path + (f"?{split.query}" if split.query else "")
    return SignedRequest(method, target, {"host": HOST, **sent}), body


def accepted(request: SignedRequest, body: bytes) -> bool:
    try:
        verify(request, lambda: io.BytesIO(body), {KEY.access_key: KEY.secret_key}.get)
    except SignatureError:
        return False
    return True


@settings(deadline=None)
@given(st.sampled_from(sorted(SIGNERS)), st.sampled_from(["GET", "PUT", "DELETE"]), requests, st.binary(max_size=30))
def test_a_signed_request_is_accepted_and_a_changed_one_refused(signer, method, parts, body):
    if signer.startswith("URL"):
        body = b""  # botocore moves the body of such a request to the query
    request, body = sign(signer, method, *parts, body)
    assert accepted(request, body)
    changed = [
        SignedRequest("POST", request.target, request.headers),
        SignedRequest(method, request.target.replace("/bucket/", "/buckets/", 1), request.headers),
    ]
    if not signer.endswith("version 2") and signer != "version 2":
        changed.append(SignedRequest(method, request.target, {**request.headers, "host": "127.0.0.1:1"}))
        changed.append(
            SignedRequest(method, request.target + ("&" if "?" in request.target else "?") + "acl=", request.headers)
        )
    assert not any(accepted(each, body) for each in changed)
    if signer in ("header", "header of S3"):
        assert not accepted(request, body + b"!")


def test_a_signature_covers_its_date_and_key():
    request, body = sign("header", "POST", "/", "", {}, b"")
    old = {**request.headers, "x-amz-date": "20260101T000000Z"}
    assert not accepted(SignedRequest("POST", "/", old), body)
    other = {**request.headers, "authorization": request.headers["authorization"].replace("LOCAL", "OTHER")}
    with pytest.raises(SignatureError, match="unknown key"):
        verify(SignedRequest("POST", "/", other), lambda: io.BytesIO(body), {KEY.access_key: KEY.secret_key}.get)


@settings(deadline=None)
@given(st.text(), st.text(), st.dictionaries(st.sampled_from(["x-amz-date", "host", "date"]), st.text()))
def test_nothing_unsigned_passes(authorization, query, headers):
    headers = {**headers, "authorization": f"AWS4-HMAC-SHA256 {authorization}"}
    assert not accepted(SignedRequest("GET", f"/?X-Amz-Signature={query}", headers), b"")
    assert not accepted(SignedRequest("GET", f"/?AWSAccessKeyId={query}", headers), b"")
    assert not accepted(SignedRequest("GET", "/", headers), b"")


@pytest.mark.parametrize(
    ("host", "bucket"),
    [
        ("bucket.localhost:1", "bucket"),
        ("my.bucket.localhost", "my.bucket"),
        ("bucket.s3.localhost:1", "bucket"),
        ("bucket.s3.eu-west-1.localhost", "bucket"),
        ("localhost:1", None),
        ("127.0.0.1:1", None),
        ("s3.localhost", None),
    ],
)
def test_bucket_of_a_virtual_host(host, bucket):
    assert bucket_of_host(host) == bucket
