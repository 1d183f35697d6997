"""Endpoints of this project, the fields of a row that one answers, and the calls that it captured."""

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pipelines.aws.responses import unless_of_others
from pipelines.aws.s3 import read_object, split_uri
from pipelines.definition.monitoring import OUTPUT
from pipelines.execution.follow import or_none_of_ours
from pipelines.execution.lookup import parameters_of
from pipelines.models.registry import RegisteredModel
from pipelines.serving.endpoints.state import Endpoint, find_endpoint
from pipelines.settings.table import read_table
from pipelines.studio.queries.index import Entry
from pipelines.studio.queries.lists import endpoints
from processing_scripts.dataset_file.model import Column

SHOWN = 30
"""The newest endpoints of the account that are looked at; each takes at most four calls."""
MOST_VERDICTS = 5
"""The latest executions of the monitor of which a page reads the parameters."""
CALLS = 20
"""Captured calls that a page shows."""
_AT_ONCE = 8
_FOLDERS = 4
"""Year, month, day and hour in the address of a captured file."""


@dataclass(frozen=True)
class Call:
    """A captured call."""

    time: str
    sent: str
    answered: str


@dataclass(frozen=True)
class Verdict:
    """What the monitor's execution found: its alarms in words, empty without one."""

    entry: Entry
    why: str
    known: bool
    """Whether it left a verdict; one whose job failed did not."""


def newest_of_ours(sagemaker: Any, own: tuple[str, ...]) -> list[Endpoint]:
    """Read the newest endpoints that have our tag; ``own`` are the beginnings of our names."""

    def read(name: str) -> Endpoint | None:
        found: Endpoint | None = unless_of_others(partial(find_endpoint, sagemaker, name), name, own)
        return found

    names = [each["EndpointName"] for each in endpoints(sagemaker)[:SHOWN]]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return [endpoint for endpoint in pool.map(read, names) if endpoint is not None and endpoint.ours]


def fields_of(code: Path, schema: Mapping[str, Any]) -> Sequence[Column]:
    """Return the columns of a raw row, from the data set file of a model's own code.

    Raises `BadInput` if it cannot be read, as that of another version of the code.
    """
    columns = read_table(str(code / str(schema["dataset"].get("file")))).columns
    return [column for column in columns if column.role not in ("target", "weight", "ignore")]


def last_verdict(
    sagemaker: Any, s3: Any, entries: Iterable[Entry], executions: str, model: RegisteredModel
) -> Verdict | None:
    """Read what the monitor's latest execution found of a model; None if none of the last ones judged it.

    ``entries`` are the executions of the monitor, the latest first, and ``executions`` the prefix of their files. Each
    takes one call, and the one that is found another.
    """
    for entry in [each for each in entries if each.finished][:MOST_VERDICTS]:
        given = parameters_of(sagemaker, entry.summary.arn)
        if (given.get("Task"), given.get("EvaluationUri", "").rstrip("/")) == (model.task, model.evaluation_uri):
            uri = f"{executions}/{entry.summary.id}/{OUTPUT}/verdict.json"
            found = or_none_of_ours(partial(_read_json, s3, uri))
            return Verdict(entry, found["why"] if found and found["alarm"] == "yes" else "", known=found is not None)
    return None


def captured_calls(s3: Any, endpoint: Endpoint) -> list[Call]:
    """Read the calls in the latest file of an endpoint's data capture, the latest first."""
    if not endpoint.capture or not endpoint.capture.get("DestinationS3Uri"):
        return []
    bucket, prefix = split_uri(f"{endpoint.capture['DestinationS3Uri'].rstrip('/')}/{endpoint.name}/")
    variants = s3.list_objects_v2(Bucket=bucket, Prefix=prefix, Delimiter="/").get("CommonPrefixes", [])
    if not variants:
        return []
    folder = variants[0]["Prefix"]
    for _ in range(_FOLDERS):
        within = s3.list_objects_v2(Bucket=bucket, Prefix=folder, Delimiter="/").get("CommonPrefixes", [])
        if not within:
            return []
        folder = max(each["Prefix"] for each in within)
    files = s3.list_objects_v2(Bucket=bucket, Prefix=folder).get("Contents", [])
    latest = max(files, key=lambda each: each["LastModified"], default=None)
    lines = read_object(s3, f"s3://{bucket}/{latest['Key']}").decode().splitlines() if latest else []
    return [_call(json.loads(line)) for line in reversed(lines[-CALLS:])]


def _read_json(s3: Any, uri: str) -> Any:
    return json.loads(read_object(s3, uri))


def _call(record: Mapping[str, Any]) -> Call:
    data = record.get("captureData", {})
    sent, answered = (str(data.get(part, {}).get("data", "")) for part in ("endpointInput", "endpointOutput"))
    return Call(str(record.get("eventMetadata", {}).get("inferenceTime", "")), sent, answered)
