"""What a call asked, beside what the endpoint captured: its raw rows, and the keys of the rows that were sent.

Data capture keeps the features of a call, which say neither whose they are nor what they were made from. The id of an
inference leads to both::

    <DestinationS3Uri>/<endpoint>/raw-rows/<call>/<file>      the raw rows as they were given
    <DestinationS3Uri>/<endpoint>/raw-rows/<call>/keys.csv    one line per row that was sent, in their order

A call of one row has its key as the id (of several columns, as a line of CSV), as programs in other languages may send
it themselves; otherwise the id is ``<call>/<row>``, where the first row of the request is that of ``keys.csv``.
"""

import csv
import io
import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipelines.aws.s3 import split_uri
from pipelines.serving.endpoints.state import Endpoint

FOLDER, KEYS = "raw-rows", "keys.csv"
LONGEST_ID = 64
"""Characters of InferenceId, which are ASCII."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """One call."""

    rows: Path
    """The raw rows as they were given."""
    names: Sequence[str]
    """Of the keys; none if the data set has none."""
    keys: Sequence[Sequence[str]]
    """Of each row that is sent."""
    call: str
    """Its name."""
    alone: bool
    """Whether the name is the key of the only row."""

    def inference_id(self, first: int) -> str:
        """Return the InferenceId of a request whose first row has this number, counted from 0."""
        return self.call if self.alone else f"{self.call}/{first}"

    def keep(self, s3: Any, endpoint: Endpoint) -> None:
        """Write the raw rows and their keys; who may not write gets a warning, as the call was answered."""
        from botocore.exceptions import BotoCoreError, ClientError

        assert endpoint.capture is not None
        destination = endpoint.capture["DestinationS3Uri"].rstrip("/")
        bucket, prefix = split_uri(f"{destination}/{endpoint.name}/{FOLDER}/{quote(self.call, safe='')}")
        files = {"rows" + "".join(self.rows.suffixes): self.rows.read_bytes()}
        if self.names:
            files[KEYS] = _csv([self.names, *self.keys]).encode()
        try:
            for name, content in files.items():
                s3.put_object(Bucket=bucket, Key=f"{prefix}/{name}", Body=content)
        except (BotoCoreError, ClientError) as error:
            logger.warning("The raw rows are not kept beside what %s captured: %s", endpoint.name, error)


def asked(rows: Path, names: Sequence[str], keys: Sequence[Sequence[str]]) -> Asked:
    """Name a call; without ``names``, rows have no keys."""
    key = _csv(keys).rstrip("\n") if names and len(keys) == 1 else ""
    alone = 0 < len(key) <= LONGEST_ID and key.isascii() and key.isprintable()
    return Asked(rows, names, keys, key if alone else uuid.uuid4().hex, alone)


def captures(endpoint: Endpoint) -> bool:
    """Whether an endpoint keeps its calls."""
    return bool(endpoint.capture and endpoint.capture.get("EnableCapture") and endpoint.capture.get("DestinationS3Uri"))


def _csv(lines: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()
