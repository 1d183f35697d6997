"""A body that is signed chunk by chunk is accepted, and refused after any change."""

from __future__ import annotations

import io

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from local_sagemaker.http_requests import aws_chunked

# The examples in the reference of S3's API: 65 KiB of "a" in two chunks.
KEY = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
TIME = "20130524T000000Z"
SCOPE = f"{TIME}\n20130524/us-east-1/s3/aws4_request"
CONTENT = b"a" * 66560
SEED = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
CHUNKS = (
    (65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
    (1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
    (0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
)
SEED_WITH_TRAILER = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"
CHUNKS_WITH_TRAILER = (
    (65536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2"),
    (1024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7"),
    (0, "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992"),
)
TRAILER = (
    b"x-amz-checksum-crc32c:sOO8/Q==\r\n"
    b"x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n"
)


def sign(text: str) -> str:
    request = AWSRequest()
    request.context["timestamp"] = TIME
    return SigV4Auth(KEY, "s3", "us-east-1").signature(text, request)


def in_chunks(chunks: tuple[tuple[int, str], ...], trailer: bytes = b"") -> bytes:
    parts = [b"%x;chunk-signature=%s\r\n%s\r\n" % (size, signature.encode(), b"a" * size) for size, signature in chunks]
    return b"".join(parts).removesuffix(b"\r\n") + trailer + b"\r\n"


def valid(body: bytes, length: int = len(CONTENT)) -> bool:
    return aws_chunked.is_signed(io.BytesIO(body), str(length), SEED, SCOPE, sign, has_trailer=False)


def valid_with_trailer(body: bytes) -> bool:
    scope, seed = SCOPE, SEED_WITH_TRAILER
    return aws_chunked.is_signed(io.BytesIO(body), str(len(CONTENT)), seed, scope, sign, has_trailer=True)


def test_example_of_the_reference_is_accepted():
    assert valid(in_chunks(CHUNKS))


def test_example_with_a_trailer_is_accepted_until_changed():
    body = in_chunks(CHUNKS_WITH_TRAILER, TRAILER)
    assert valid_with_trailer(body)
    assert not valid_with_trailer(body.replace(b"sOO8", b"sOO9"))
    assert not valid_with_trailer(in_chunks(CHUNKS_WITH_TRAILER))


@given(st.integers(0, len(in_chunks(CHUNKS)) - 3), st.integers(1, 255))
def test_changed_byte_is_refused(place, change):
    body = bytearray(in_chunks(CHUNKS))
    body[place] ^= change
    assert not valid(bytes(body))


@pytest.mark.parametrize(
    "body",
    [
        in_chunks(CHUNKS[:1]),
        in_chunks(CHUNKS[1:]),
        in_chunks((CHUNKS[1], CHUNKS[0], CHUNKS[2])),
        in_chunks(CHUNKS)[:66000],
    ],
)
def test_missing_and_moved_chunks_are_refused(body):
    assert not valid(body)
    assert not valid(in_chunks(CHUNKS), length=10**12)
    assert not valid(in_chunks(CHUNKS) + b"more")
