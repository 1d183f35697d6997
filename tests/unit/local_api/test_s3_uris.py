"""S3 URIs in CreateModel and in channels."""

from __future__ import annotations

import pytest

from local_sagemaker.core.errors import ObjectStoreError
from local_sagemaker.core.s3_uris import split_uri


@pytest.mark.parametrize(
    ("uri", "bucket", "key"),
    [
        ("s3://bucket/a/b.tar.gz", "bucket", "a/b.tar.gz"),
        ("s3://bucket", "bucket", ""),
        ("s3://bucket/a#b?c", "bucket", "a#b?c"),
        ("https://bucket.s3.us-east-1.amazonaws.com/a/b", "bucket", "a/b"),
        ("https://bucket.s3-us-east-1.amazonaws.com/a/b", "bucket", "a/b"),
        ("https://my.bucket.s3.amazonaws.com/a%20b", "my.bucket", "a b"),
        ("https://s3.us-east-1.amazonaws.com/bucket/a/b", "bucket", "a/b"),
        ("https://bucket.s3.cn-north-1.amazonaws.com.cn/a", "bucket", "a"),
    ],
)
def test_every_form_is_read(uri, bucket, key):
    assert split_uri(uri) == (bucket, key)


@pytest.mark.parametrize(
    "uri", ["bucket/key", "s3:///key", "http://bucket.s3.amazonaws.com/key", "https://a.example/b"]
)
def test_other_uris_are_refused(uri):
    with pytest.raises(ObjectStoreError, match="write s3://bucket/key"):
        split_uri(uri)
