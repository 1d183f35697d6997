"""Check of the data's header, by the code that the preprocessing runs, before an upload and a paid job."""

import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from pipelines.aws.responses import DENIED, last_part
from pipelines.aws.s3 import objects_of_table, split_uri
from pipelines.errors import BadInput
from pipelines.settings.table import INSTALLED
from processing_scripts.dataset_file.model import DatasetFile

BEGINNING_BYTES = 64 * 1024

logger = logging.getLogger(__name__)


def check_header(source: str, beginning: bytes, table: DatasetFile) -> None:
    """Check that a file begins with the columns of the data set and a row.

    Raises `BadInput` if it does not.

    Parameters
    ----------
    source
        Path or address of the file.
    beginning
        The whole file, or its first `BEGINNING_BYTES`.
    """
    if table.reading.format == "parquet":  # its columns stand at its end
        return
    # A cut may fall into a line or a character. In UTF-16, too, the even number of bytes ends between two characters.
    end = beginning.rfind(b"\n") + 1 if len(beginning) >= BEGINNING_BYTES else 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / (last_part(source) or "data.csv")
        file.write_bytes(beginning[: end - end % 2] if end else beginning)
        done = subprocess.run(
            [sys.executable, "-P", "-m", "processing_scripts.header", str(table.path.resolve()), str(file)],
            env={**os.environ, "PYTHONPATH": str(INSTALLED), "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    if done.returncode != 0:
        raise BadInput(f"The data at {source} cannot be used: {done.stderr.strip().splitlines()[-1]}")


def check_header_in_s3(s3: Any, uri: str, table: DatasetFile) -> None:
    """Check an object, or the first below a prefix, without reading more than its beginning.

    Raises `BadInput` if there is none, or its header is wrong.
    """
    from botocore.exceptions import ClientError

    bucket, _ = split_uri(uri)
    try:
        first = next(iter(objects_of_table(s3, uri)), None)
        if first is None:
            raise BadInput(f"There is no data at {uri}. Check the address, or name a file with --data.")
        key = first["Key"]
        # S3 refuses a range of an empty object.
        part = {"Range": f"bytes=0-{BEGINNING_BYTES - 1}"} if first["Size"] else {}
        beginning = s3.get_object(Bucket=bucket, Key=key, **part)["Body"].read()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in DENIED | {"403"}:
            raise BadInput(f"The data at {uri} cannot be read ({code}). Check the address and the region.") from error
        # The execution role reads the data: it may have a permission that the caller lacks.
        logger.warning("You have no permission to read %s, so its header is not checked.", uri)
        return
    check_header(f"s3://{bucket}/{key}", beginning, table)
