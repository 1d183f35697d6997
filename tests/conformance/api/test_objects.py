"""S3 as jobs and clients see the same objects."""

from __future__ import annotations

import hashlib
import os
import threading
import tracemalloc

import pytest
from botocore.exceptions import ClientError

from local_sagemaker.core.errors import ObjectStoreError
from local_sagemaker.moto.s3.downloads import LARGE


def test_jobs_and_clients_share_objects(service, s3, tmp_path):
    s3.put_object(Bucket="bucket", Key="in/a.txt", Body=b"from the client")
    service.core.objects.download("s3://bucket/in/a.txt", tmp_path / "deep" / "a.txt")
    assert (tmp_path / "deep" / "a.txt").read_bytes() == b"from the client"
    (tmp_path / "b.txt").write_bytes(b"from the job")
    service.core.objects.upload(tmp_path / "b.txt", "s3://bucket/out/b.txt")
    answer = s3.get_object(Bucket="bucket", Key="out/b.txt")
    assert answer["Body"].read() == b"from the job"


def test_changed_copy_leaves_the_object(service, tmp_path):
    service.core.objects.write("s3://bucket/copy", b"stored")
    service.core.objects.download("s3://bucket/copy", tmp_path / "copy")
    (tmp_path / "copy").write_bytes(b"changed")
    assert service.core.objects.read("s3://bucket/copy") == b"stored"


def test_listing_is_in_key_order(service):
    for key in ("list/b", "list/a/2", "list/a/10", "listing"):
        service.core.objects.write(f"s3://bucket/{key}", key.encode())
    listed = [(each.key, each.size) for each in service.core.objects.list("s3://bucket/list/")]
    assert listed == [("list/a/10", 9), ("list/a/2", 8), ("list/b", 6)]


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("s3://bucket/none", "There is no object s3://bucket/none"),
        ("s3://nowhere/a", "The bucket nowhere does not exist"),
        ("https://bucket/a", "is not an S3 URI"),
        ("s3:///a", "is not an S3 URI"),
    ],
)
def test_what_is_not_there_is_named(service, uri, message):
    with pytest.raises(ObjectStoreError, match=message):
        service.core.objects.read(uri)


def test_jobs_see_no_deleted_version(service, s3):
    s3.create_bucket(Bucket="versions")
    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="versions", Key="a", Body=b"1")
    s3.delete_object(Bucket="versions", Key="a")
    assert not service.core.objects.exists("s3://versions/a")
    assert list(service.core.objects.list("s3://versions/")) == []


@pytest.fixture(scope="module")
def large(service, s3) -> bytes:
    content = os.urandom(LARGE + 12_345)
    s3.put_object(Bucket="bucket", Key="large.bin", Body=content, Metadata={"a": "1"}, ContentType="application/x")
    return content


def test_large_object_is_unchanged(s3, large, tmp_path):
    answer = s3.get_object(Bucket="bucket", Key="large.bin")
    assert answer["Body"].read() == large
    assert (answer["ContentType"], answer["Metadata"], answer["ContentLength"]) == (
        "application/x",
        {"a": "1"},
        len(large),
    )
    s3.download_file("bucket", "large.bin", str(tmp_path / "copy"))
    assert (tmp_path / "copy").read_bytes() == large


@pytest.mark.parametrize(
    ("span", "part"), [("0-9", slice(0, 10)), ("1000-", slice(1000, None)), ("-5", slice(-5, None))]
)
def test_ranges_of_a_large_object(s3, large, span, part):
    answer = s3.get_object(Bucket="bucket", Key="large.bin", Range=f"bytes={span}")
    assert answer["Body"].read() == large[part]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert answer["ContentRange"].endswith(f"/{len(large)}")


def test_large_object_honors_conditions(s3, large):
    etag = s3.head_object(Bucket="bucket", Key="large.bin")["ETag"]
    with pytest.raises(ClientError, match="304"):
        s3.get_object(Bucket="bucket", Key="large.bin", IfNoneMatch=etag)
    with pytest.raises(ClientError, match="InvalidRange"):
        s3.get_object(Bucket="bucket", Key="large.bin", Range=f"bytes={len(large)}-")


def test_many_clients_write_at_once(service, aws, s3):
    def write(number: int) -> None:
        for turn in range(10):
            s3.put_object(Bucket="bucket", Key=f"many/{number}/{turn}", Body=str(turn).encode())
            s3.put_object(Bucket="bucket", Key="many/shared", Body=str(number).encode())

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(1 for _ in service.core.objects.list("s3://bucket/many/")) == 41
    assert service.core.objects.read("s3://bucket/many/shared") in (b"0", b"1", b"2", b"3")


@pytest.mark.parametrize("content_type", ["text/csv", "application/x-www-form-urlencoded"])
def test_large_objects_go_to_disk_and_back(service, s3, content_type, tmp_path):
    content = os.urandom(9 * 1024 * 1024)
    stored = s3.put_object(Bucket="bucket", Key="large", Body=content, ContentType=content_type, Metadata={"a": "b"})
    assert stored["ETag"] == f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
    found = s3.get_object(Bucket="bucket", Key="large")
    assert (found["ContentType"], found["Metadata"], found["ContentLength"]) == (content_type, {"a": "b"}, len(content))
    assert found["Body"].read() == service.core.objects.read("s3://bucket/large") == content
    (tmp_path / "parts").write_bytes(content * 2)
    s3.upload_file(str(tmp_path / "parts"), "bucket", "parts")
    s3.download_file("bucket", "parts", str(tmp_path / "downloaded"))
    assert (tmp_path / "downloaded").read_bytes() == content * 2
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.put_object(Bucket="nowhere", Key="large", Body=content)
    sizes = {path.stat().st_size for path in (service.core.directory / "objects").glob("*/*")}
    assert (len(content) * 2 in sizes, 8 * 1024 * 1024 in sizes) == (True, False), "parts go with their upload"


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_small_object_may_be_a_form(s3, content_type):
    s3.put_object(Bucket="bucket", Key="form", Body=b"a=1&b=2", ContentType=content_type)
    found = s3.get_object(Bucket="bucket", Key="form")
    assert (found["Body"].read(), found["ContentType"]) == (b"a=1&b=2", content_type)


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA256"])
def test_checksum_of_a_multipart_upload_names_its_parts(service, s3, algorithm):
    parts = [os.urandom(LARGE), os.urandom(LARGE), b"the rest"]
    key = {"Bucket": "parts", "Key": algorithm}
    service.core.objects.create_bucket("parts")
    files = service.core.objects._files._directory
    before = len(list(files.glob("*/*")))
    upload = s3.create_multipart_upload(**key, ChecksumAlgorithm=algorithm)["UploadId"]
    listed = []
    for number, part in enumerate(parts, 1):
        answer = s3.upload_part(**key, UploadId=upload, PartNumber=number, Body=part, ChecksumAlgorithm=algorithm)
        listed.append({"PartNumber": number, "ETag": answer["ETag"]})
    tracemalloc.start()
    try:
        s3.complete_multipart_upload(**key, UploadId=upload, MultipartUpload={"Parts": listed})
        assert tracemalloc.get_traced_memory()[1] < 2 * LARGE, "the parts together are in memory"
    finally:
        tracemalloc.stop()
    got = s3.get_object(**key, ChecksumMode="ENABLED")
    head = s3.head_object(**key, ChecksumMode="ENABLED")
    assert got["Body"].read() == b"".join(parts)
    assert got[f"Checksum{algorithm}"] == head[f"Checksum{algorithm}"]
    assert head[f"Checksum{algorithm}"].endswith("-3")
    assert len(list(files.glob("*/*"))) == before + 1


def test_parts_that_do_not_exist_are_refused(service, s3):
    key = {"Bucket": "parts", "Key": "refused"}
    service.core.objects.create_bucket("parts")
    upload = s3.create_multipart_upload(**key)["UploadId"]
    s3.upload_part(**key, UploadId=upload, PartNumber=1, Body=b"x")
    with pytest.raises(ClientError, match="InvalidPart"):
        s3.complete_multipart_upload(
            **key, UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": "0" * 32}]}
        )
