"""Where the data comes from, and that nothing else is trained on silently."""

from __future__ import annotations

import dataclasses
import io
import logging
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from pipelines.data.dataset import Dataset, find, upload
from pipelines.data.sample import generate_sample
from pipelines.errors import BadInput, EnvironmentProblem
from pipelines.settings.table import read_table
from processing_scripts.dataset_file.model import DatasetFile

CSV = b"Date,Hour\r\n01/12/2017,0\r\n01/12/2017,1\r\n"


@pytest.fixture
def web() -> Iterator[tuple[str, dict[str, bytes]]]:
    """A real web server, and the pages it has."""
    pages: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path in pages
            self.send_response(200 if known else 404)
            self.end_headers()
            self.wfile.write(pages.get(self.path, b""))

        def log_message(self, *args: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", pages
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def published(address: str, digest: str | None = None) -> DatasetFile:
    """The bikes' data set file with an archive at another address."""
    table = read_table(None)
    return dataclasses.replace(table, url=f"{address}/560.zip#SeoulBikeData.csv", sha256=digest or table.sha256)


def archive(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr("SeoulBikeData.csv", content)
    return file.getvalue()


def test_a_path_is_read_and_counted(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes(CSV)
    found = find(str(tmp_path / "mine.csv"), allow_sample=False)
    assert (found.name, found.rows, found.real) == ("mine.csv", 2, True)


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"There is no data file at .*nowhere\.csv\. Name one with --data"):
        find(str(tmp_path / "nowhere.csv"), allow_sample=True)


def test_an_address_is_fetched(web: tuple[str, dict[str, bytes]]) -> None:
    address, pages = web
    pages["/bikes.csv"] = CSV
    assert find(f"{address}/bikes.csv", allow_sample=False).data == CSV


def test_an_address_without_a_file_is_refused_with_its_status(web: tuple[str, dict[str, bytes]]) -> None:
    with pytest.raises(BadInput, match=r"cannot be fetched \(HTTP status 404\)"):
        find(f"{web[0]}/none.csv", allow_sample=True)


def test_the_published_archive_is_checked_and_kept_outside_the_repository(
    web: tuple[str, dict[str, bytes]], cache: Path
) -> None:
    address, pages = web
    pages["/560.zip"] = archive(CSV)
    table = published(address, Dataset("", "", CSV).sha256)
    assert find(None, table, allow_sample=False).data == CSV
    pages.clear()
    assert find(None, table, allow_sample=False).data == CSV
    assert (cache / "boostpipe" / "SeoulBikeData.csv").read_bytes() == CSV


def test_an_archive_with_another_file_in_it_is_refused(web: tuple[str, dict[str, bytes]], cache: Path) -> None:
    web[1]["/560.zip"] = archive(b"tampered")
    with pytest.raises(EnvironmentProblem, match="its sha256 differs"):
        find(None, published(web[0]), allow_sample=True)
    assert not cache.exists()


def test_where_nothing_is_reachable_a_sample_is_announced_loudly(
    web: tuple[str, dict[str, bytes]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(logging.getLogger("pipelines"), "propagate", True)
    found = find(None, published(web[0]), allow_sample=True)
    assert (found.source, found.rows, found.real) == ("generated sample", 8760, False)
    assert "THE DATA IS A GENERATED SAMPLE" in caplog.text


def test_on_aws_a_sample_is_an_error(web: tuple[str, dict[str, bytes]]) -> None:
    with pytest.raises(
        EnvironmentProblem, match=r"cannot be fetched .*Name a copy of the file with --data or SEOUL_BIKE_DATA"
    ):
        find(None, published(web[0]), allow_sample=False)


def test_sample_is_reproducible_and_marked_in_every_row() -> None:
    first, second = generate_sample(), generate_sample()
    assert first == second
    header, *rows = first.decode("cp1252").splitlines()
    assert header.endswith(",Generated Sample")
    assert len(rows) == 8760
    assert all(row.endswith(",Yes") for row in rows)


@mock_aws
def test_interrupted_upload_is_not_mistaken_for_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="bucket")
    data = Dataset("here", "data.csv", CSV)
    bucket, _, key = upload(data, "bucket", "Pipeline").removeprefix("s3://").partition("/")
    s3.put_object(Bucket=bucket, Key=key, Body=CSV[:10])
    upload(data, "bucket", "Pipeline")
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == CSV


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("before", ["", "sep=,\n", "# a comment\n\n"])
@pytest.mark.parametrize("spelling", ["Generated Sample", '"generated_sample"'])
def test_a_sample_is_recognised_however_it_was_saved(encoding, before, spelling, tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(f"{before}Date,{spelling}\n2018-01-01,Yes\n".encode(encoding))
    found = find(str(path), allow_sample=True)
    assert (found.real, found.rows) == (False, 1)
