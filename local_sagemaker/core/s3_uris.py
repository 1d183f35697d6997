"""S3 URIs, in every form that the SageMaker API accepts."""

import re
from urllib.parse import unquote, urlsplit

from local_sagemaker.core.errors import ObjectStoreError

_HOST = re.compile(r"((?P<bucket>.+)\.)?s3([.-][a-z0-9-]+)?\.amazonaws\.com(\.cn)?")


def split_uri(uri: str) -> tuple[str, str]:
    """``s3://bucket/key`` as bucket and key; the key may be empty.

    The web addresses of S3 (``https://bucket.s3.region.amazonaws.com/key`` and
    ``https://s3.region.amazonaws.com/bucket/key``) are accepted too.

    Raises ObjectStoreError if the URI has none of these forms.
    """
    parts = urlsplit(uri, allow_fragments=False)
    if parts.scheme == "s3" and parts.netloc:
        return parts.netloc, uri.removeprefix(f"s3://{parts.netloc}").removeprefix("/")
    host = _HOST.fullmatch(parts.netloc) if parts.scheme == "https" else None
    path = unquote(parts.path).removeprefix("/")
    if host is not None and host["bucket"]:
        return host["bucket"], path
    bucket, _, key = path.partition("/")
    if host is None or not bucket:
        raise ObjectStoreError(f"{uri!r} is not an S3 URI; write s3://bucket/key.")
    return bucket, key
