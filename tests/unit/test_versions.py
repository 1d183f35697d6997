"""The version of input data: the same content has the same one, new content has another."""

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from pipelines.data.versions import input_version
from pipelines.errors import BadInput

DATA = "s3://bucket/incoming/hours.csv"


@pytest.fixture
def s3():
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="bucket")
        client.put_object(Bucket="bucket", Key="incoming/hours.csv", Body=b"one")
        yield client


def test_version_of_an_object_is_its_etag(s3):
    etag = s3.head_object(Bucket="bucket", Key="incoming/hours.csv")["ETag"]
    assert f'"{input_version(s3, DATA, DATA)}"' == etag


def test_version_changes_with_the_content_of_either_address(s3):
    s3.put_object(Bucket="bucket", Key="batch.csv", Body=b"rows")
    before = input_version(s3, DATA, "s3://bucket/batch.csv")
    assert before == input_version(s3, DATA, "s3://bucket/batch.csv")
    s3.put_object(Bucket="bucket", Key="batch.csv", Body=b"other rows")
    after = input_version(s3, DATA, "s3://bucket/batch.csv")
    s3.put_object(Bucket="bucket", Key="incoming/hours.csv", Body=b"two")
    assert len({before, after, input_version(s3, DATA, "s3://bucket/batch.csv")}) == 3


def test_version_changes_with_content_of_an_address_of_both(s3):
    before = input_version(s3, DATA, DATA)
    s3.put_object(Bucket="bucket", Key="incoming/hours.csv", Body=b"two")
    assert input_version(s3, DATA, DATA) != before


def test_address_without_an_object_is_refused(s3):
    with pytest.raises(BadInput, match=r"There is no object at s3://bucket/none.csv"):
        input_version(s3, "s3://bucket/none.csv", DATA)
    with pytest.raises(BadInput, match=r"cannot be listed .*NoSuchBucket"):
        input_version(s3, "s3://other/none.csv", DATA)


def test_address_that_cannot_be_listed_takes_nothing_from_the_cache():
    client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stub:
        for _ in range(2):
            stub.add_client_error("list_objects_v2", "AccessDenied")
        assert input_version(client, DATA, DATA) != input_version(client, DATA, DATA)
