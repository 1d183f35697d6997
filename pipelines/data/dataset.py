"""The data set: found, verified and uploaded.

Nothing is trained silently on other data than requested: the generated sample is announced, marked in each row, and
refused on AWS.
"""

import hashlib
import io
import logging
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

from pipelines.aws.responses import last_part
from pipelines.aws.s3 import objects_below, split_uri
from pipelines.data.sample import MARK, generate_sample
from pipelines.data.whole_files import written_whole
from pipelines.errors import BadInput, EnvironmentProblem
from pipelines.names import Layout, cache_folder

UCI_ARCHIVE = "https://archive.ics.uci.edu/static/public/560/seoul+bike+sharing+demand.zip"
UCI_MEMBER = "SeoulBikeData.csv"
UCI_SHA256 = "373339b71a8935d69e9af0abf26a70744632119862eeb3919efb389a7b749c60"
TIMEOUT_SECONDS = 30
_HEADER_BYTES = 4096
MOST_BYTES = 200 * 1024 * 1024

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Dataset:
    """A data file that was found."""

    source: str
    """Path or address it was read from."""
    name: str
    """File name for the upload."""
    data: bytes
    """Its bytes."""

    @property
    def sha256(self) -> str:
        """Digest of the bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def rows(self) -> int:
        """Number of lines that are neither blank nor above the rows, as in `processing_scripts.reading.tables`."""
        rows = (line.strip(b"\xef\xbb\xbf\xff\xfe \t") for line in self.data.replace(b"\0", b"").splitlines())
        return max(sum(1 for row in rows if row and not row.startswith((b"#", b"sep=", b'"sep='))) - 1, 0)

    @property
    def real(self) -> bool:
        """Whether it is measured data and not the generated sample."""
        # Whatever the encoding, the spelling and the lines before the header are.
        beginning = re.sub(rb"[^a-z]", b"", self.data[:_HEADER_BYTES].lower())
        return MARK.replace(" ", "").lower().encode() not in beginning


def find(source: str | None, *, allow_sample: bool) -> Dataset:
    """Read the data from a path or an address, or from the published archive if none is given.

    Raises `BadInput` if the file named does not exist or cannot be fetched. Raises `EnvironmentProblem` if nothing was
    named and the archive cannot be reached, where a sample is not allowed.
    """
    if source is None:
        return _published(allow_sample=allow_sample)
    if source.startswith("s3://"):
        return Dataset(source, last_part(source) or "data.csv", _from_s3(source))
    if source.startswith(("http://", "https://")):
        return Dataset(source, last_part(source) or "data.csv", _from_web(source))
    return _from_file(Path(source))


def upload(dataset: Dataset, bucket: str, pipeline_name: str) -> str:
    """Upload the data under the hash of its content, and return its S3 address.

    The same data has the same address, so that steps come from the cache; new data has a new one.
    """
    import boto3

    uri = Layout(bucket, pipeline_name).data(dataset.sha256[:16], dataset.name)
    key = split_uri(uri)[1]
    s3 = boto3.client("s3")
    if _size_there(s3, bucket, key) != len(dataset.data):
        s3.put_object(Bucket=bucket, Key=key, Body=dataset.data)
    return uri


def _size_there(s3: Any, bucket: str, key: str) -> int | None:
    return next((each["Size"] for each in objects_below(s3, bucket, key) if each["Key"] == key), None)


def _from_file(path: Path) -> Dataset:
    if not path.is_file():
        raise BadInput(f"There is no data file at {path}. Name one with --data or SEOUL_BIKE_DATA.")
    return Dataset(str(path), path.name, path.read_bytes())


def _from_web(address: str) -> bytes:
    try:
        return _fetch(address)
    except (URLError, TimeoutError, ValueError) as error:
        raise BadInput(
            f"The data at {address} cannot be fetched ({_reason(error)}). Name another with --data."
        ) from error


def _from_s3(uri: str) -> bytes:
    import awswrangler  # its import takes three seconds on a slow machine
    from botocore.exceptions import BotoCoreError, ClientError

    content = io.BytesIO()
    try:
        awswrangler.s3.download(path=uri, local_file=content)
    except (ClientError, BotoCoreError, awswrangler.exceptions.NoFilesFound) as error:
        raise BadInput(f"The data at {uri} cannot be read ({error}). Check the address and the permissions.") from error
    return content.getvalue()


def _published(*, allow_sample: bool) -> Dataset:
    """Read the published file from the cache or the archive, or generate a sample where that is allowed."""
    cached = cache_folder() / UCI_MEMBER
    if cached.is_file() and hashlib.sha256(cached.read_bytes()).hexdigest() == UCI_SHA256:
        return Dataset(UCI_ARCHIVE, UCI_MEMBER, cached.read_bytes())
    try:
        data = zipfile.ZipFile(io.BytesIO(_fetch(UCI_ARCHIVE))).read(UCI_MEMBER)
    except (URLError, TimeoutError, zipfile.BadZipFile, KeyError) as error:
        if not allow_sample:
            raise EnvironmentProblem(
                f"The published data cannot be fetched from {UCI_ARCHIVE} ({_reason(error)}), and on AWS nothing is "
                "trained on a generated sample. Name the file with --data or SEOUL_BIKE_DATA."
            ) from error
        logger.warning(
            "THE DATA IS A GENERATED SAMPLE: the published file cannot be fetched (%s). Its numbers mean nothing; "
            "every artifact is marked so. Name the real file with --data or SEOUL_BIKE_DATA.",
            _reason(error),
        )
        return Dataset("generated sample", "generated-sample.csv", generate_sample())
    if hashlib.sha256(data).hexdigest() != UCI_SHA256:
        raise EnvironmentProblem(
            f"The file in {UCI_ARCHIVE} is not the published one: its sha256 differs. Name the file with --data."
        )
    with written_whole(cached) as (partial,):
        partial.write_bytes(data)
    return Dataset(UCI_ARCHIVE, UCI_MEMBER, data)


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
