"""The data set: found, verified and uploaded.

Nothing is trained silently on other data than requested: the generated sample is announced, marked in each row, and
refused on AWS.
"""

import hashlib
import io
import logging
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

from pipelines.aws.responses import last_part
from pipelines.aws.s3 import objects_below, split_uri
from pipelines.data.sample import MARK, generate_sample
from pipelines.data.whole_files import written_whole
from pipelines.errors import BadInput, EnvironmentProblem
from pipelines.names import Layout, cache_folder
from pipelines.settings.table import DEFAULT, read_table
from pipelines.settings.values import data_variable
from processing_scripts.dataset_file.model import DatasetFile
from processing_scripts.reading.files import visible_files

TIMEOUT_SECONDS = 30
_HEADER_BYTES = 4096
_CHUNK_BYTES = 1024 * 1024
PARQUET = (".parquet", ".pq")
MOST_BYTES = 200 * 1024 * 1024

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Dataset:
    """A table that was found: one file, a folder of several, or objects in S3 that stay where they are."""

    source: str
    """Path or address it was read from."""
    name: str
    """Name of the file or the folder for the upload."""
    content: bytes | Path | None
    """What was read, or the path of the file or the folder; None if it stays in S3."""

    @property
    def files(self) -> dict[str, bytes | Path]:
        """The files, by their paths below the upload's prefix."""
        if isinstance(self.content, Path) and self.content.is_dir():
            return {
                f"{self.name}/{path.relative_to(self.content).as_posix()}": path for path in visible_files(self.content)
            }
        return {} if self.content is None else {self.name: self.content}

    @property
    def data(self) -> bytes:
        """The bytes of one file, or of the first of several; none of objects in S3."""
        return _bytes(next(iter(self.files.values()), b""))

    def beginning(self, size: int) -> bytes:
        """Return the first bytes of the first file."""
        first = next(iter(self.files.values()), b"")
        if isinstance(first, bytes):
            return first[:size]
        with first.open("rb") as file:
            return file.read(size)

    @cached_property
    def sha256(self) -> str | None:
        """Digest of the bytes, or of the names and bytes of several files, in hexadecimal; None if they are in S3."""
        if self.content is None:
            return None
        digests = {name: _sha256(content) for name, content in self.files.items()}
        together = "".join(f"{name}\0{digest}\0" for name, digest in digests.items())
        return next(iter(digests.values())) if len(digests) == 1 else hashlib.sha256(together.encode()).hexdigest()

    @cached_property
    def rows(self) -> int | None:
        """Number of rows; None if they are in S3."""
        return None if self.content is None else sum(map(_rows, self.files.values()))

    @property
    def real(self) -> bool:
        """Whether it is measured data and not the generated sample."""
        # Whatever the encoding, the spelling and the lines before the header are.
        beginning = re.sub(rb"[^a-z]", b"", self.beginning(_HEADER_BYTES).lower())
        return MARK.replace(" ", "").lower().encode() not in beginning


def find(source: str | None, table: DatasetFile | None = None, *, allow_sample: bool) -> Dataset:
    """Find the table at a path or an address, or where the data set file (by default the default one) says.

    Raises `BadInput` if the file named does not exist or cannot be fetched. Raises `EnvironmentProblem` if nothing was
    named and the published file cannot be reached, where a sample is not allowed or there is none.
    """
    if source is None:
        table = table or read_table(None)
        if table.data_source is None and table.url is not None:
            return _published(table, table.url, allow_sample=allow_sample and table.path == DEFAULT)
        source = table.data_source
        if source is None:
            raise BadInput(f"{table.path.name} names no table. Name it with --data, or write the key data.")
    if source.startswith("s3://"):
        content = _from_s3(source)
        return Dataset(source, last_part(source) or "data.csv", content)
    if source.startswith(("http://", "https://")):
        return Dataset(source, last_part(source) or "data.csv", _from_web(source))
    return _from_path(Path(source))


def upload(dataset: Dataset, bucket: str, pipeline_name: str) -> str:
    """Upload the data under the hash of its content, and return its S3 address; of several files, their prefix.

    The same data has the same address, so that steps come from the cache; new data has a new one.
    """
    import boto3

    if dataset.sha256 is None:
        return dataset.source
    layout, digest = Layout(bucket, pipeline_name), dataset.sha256[:16]
    s3 = boto3.client("s3")
    for name, content in dataset.files.items():
        key = split_uri(layout.data(digest, name))[1]
        size = len(content) if isinstance(content, bytes) else content.stat().st_size
        if _size_there(s3, bucket, key) == size:
            continue
        if isinstance(content, bytes):
            s3.put_object(Bucket=bucket, Key=key, Body=content)
        else:
            s3.upload_file(str(content), bucket, key)
    several = isinstance(dataset.content, Path) and dataset.content.is_dir()
    return layout.data(digest, f"{dataset.name}/" if several else dataset.name)


def _bytes(content: bytes | Path) -> bytes:
    return content if isinstance(content, bytes) else content.read_bytes()


def _chunks(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _sha256(content: bytes | Path) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(content):
        digest.update(chunk)
    return digest.hexdigest()


def _rows(content: bytes | Path) -> int:
    """Count the lines that are neither blank nor above the rows, as in `processing_scripts.reading.tables`."""
    if isinstance(content, Path) and content.suffix.lower() in PARQUET:
        from pyarrow import parquet

        return int(parquet.ParquetFile(content).metadata.num_rows)
    file = io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")
    with io.TextIOWrapper(file, encoding="latin-1") as lines:  # any bytes, and any line ends
        cells = (line.replace("\0", "").strip("\xef\xbb\xbf\xff\xfe \t\n") for line in lines)
        rows = sum(1 for row in cells if row and not row.startswith(("#", "sep=", '"sep=')))
    return max(rows - 1, 0)


def _size_there(s3: Any, bucket: str, key: str) -> int | None:
    return next((each["Size"] for each in objects_below(s3, bucket, key) if each["Key"] == key), None)


def _from_path(path: Path) -> Dataset:
    if path.is_dir() and visible_files(path):
        return Dataset(str(path), path.name or "data", path)
    if not path.is_file():
        raise BadInput(f"There is no data file at {path}. Name one with --data, or its environment variable.")
    return Dataset(str(path), path.name, path)


def _from_web(address: str) -> bytes:
    try:
        return _fetch(address)
    except (URLError, TimeoutError, ValueError) as error:
        raise BadInput(
            f"The data at {address} cannot be fetched ({_reason(error)}). Name another with --data."
        ) from error


def _from_s3(uri: str) -> bytes | None:
    """Download an object; None for a prefix, whose objects stay where they are."""
    if uri.endswith("/"):
        return None
    import awswrangler  # its import takes three seconds on a slow machine
    from botocore.exceptions import BotoCoreError, ClientError

    content = io.BytesIO()
    try:
        awswrangler.s3.download(path=uri, local_file=content)
    except (ClientError, BotoCoreError, awswrangler.exceptions.NoFilesFound) as error:
        raise BadInput(f"The data at {uri} cannot be read ({error}). Check the address and the permissions.") from error
    return content.getvalue()


def _published(table: DatasetFile, url: str, *, allow_sample: bool) -> Dataset:
    """Read the published file from the cache or its address, or generate a sample where that is allowed."""
    address, _, member = url.partition("#")
    name = member or last_part(address) or "data.csv"
    cached = cache_folder() / name
    if table.sha256 is not None and cached.is_file() and _sha256(cached) == table.sha256:
        return Dataset(address, name, cached.read_bytes())
    named = f"--data or {data_variable(table)}"
    try:
        data = _fetch(address)
        data = zipfile.ZipFile(io.BytesIO(data)).read(member) if member else data
    except (URLError, TimeoutError, ValueError, zipfile.BadZipFile, KeyError) as error:
        if not allow_sample:
            problem = f"The published data cannot be fetched from {address} ({_reason(error)})"
            raise EnvironmentProblem(f"{problem}. Name a copy of the file with {named}.") from error
        logger.warning(
            "THE DATA IS A GENERATED SAMPLE: the published file cannot be fetched (%s). Its numbers mean nothing; "
            "every artifact is marked so. Name the real file with %s.",
            _reason(error),
            named,
        )
        return Dataset("generated sample", "generated-sample.csv", generate_sample())
    if table.sha256 is None:
        return Dataset(address, name, data)
    if _sha256(data) != table.sha256:
        raise EnvironmentProblem(
            f"The file in {address} is not the published one: its sha256 differs. Name the file with --data."
        )
    with written_whole(cached) as (partial,):
        partial.write_bytes(data)
    return Dataset(address, name, data)


def _fetch(address: str) -> bytes:
    from urllib.request import urlopen

    with urlopen(address, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - http(s) only, by the callers
        data: bytes = answer.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES // 1024 // 1024} MiB")
    return data


def _reason(error: Exception) -> str:
    if isinstance(error, HTTPError):
        return f"HTTP status {error.code}"
    return str(error.reason) if isinstance(error, URLError) else str(error) or type(error).__name__
