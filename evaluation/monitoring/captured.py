"""The calls that an endpoint captured, as a window: keys, features and predictions.

``<folder>/**/*.jsonl`` are the files of SageMaker's data capture (see
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html). The key of a row is the
InferenceId of its call; calls of several rows have theirs in ``<folder>/raw-rows/<call>/keys.csv``, which
``boostpipe endpoint invoke`` writes, and the id ``<call>/<first row>``.
"""

import csv
import io
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd

from evaluation.errors import InputError
from evaluation.inputs import Numbers, Part
from evaluation.monitoring.answers import read_answers
from evaluation.monitoring.baseline import feature_table
from evaluation.monitoring.window import keys_of
from evaluation.rules import apply_rules
from evaluation.schema import Schema, Task

ANY = "any"
_AGO = re.compile(r"(\d+)([dh])")
_UNITS = {"d": "days", "h": "hours"}


@dataclass(frozen=True)
class Period:
    """When the calls of a window were made; None is unlimited."""

    since: datetime | None
    until: datetime | None

    def __contains__(self, moment: datetime) -> bool:
        """Whether a moment lies in it; its end does not."""
        return (self.since is None or self.since <= moment) and (self.until is None or moment < self.until)


EVER = Period(None, None)


def period(since: str, until: str, now: datetime) -> Period:
    """Read two moments: a date or a time (UTC unless it says otherwise), days or hours ago (``7d``), or `ANY`.

    Raises `InputError` if one is none of these.
    """
    return Period(_moment("since", since, now), _moment("until", until, now))


def captured_calls(folder: Path) -> list[Path]:
    """Return the files of data capture below a folder, in the order of their names, which contain the time."""
    return sorted(folder.rglob("*.jsonl"))


def write_captured(folder: Path, when: Period, column: str, task: Task, schema: Schema, output: Path) -> int:
    """Write the rows of captured calls as a batch's result is; the last call of a key counts.

    Returns
    -------
    How many rows were left out, because their key is not known.

    Raises `InputError` if a call is of another model, no row has a key, or the data set has none.
    """
    columns = keys_of(schema)
    keys, features, predicted, unknown = [], [], [], 0
    for call in sorted(_calls(folder, when), key=lambda each: each.moment):
        rows, answers = _features(call, schema), read_answers(call.answered, _classes(task))
        if len(answers) != len(rows):
            raise InputError(f"A captured call has {len(answers)} predictions for {len(rows)} rows.")
        known = _keys(folder, call.inference_id, len(rows), columns)
        if known is None:
            unknown += len(rows)
            continue
        keys += known
        features.append(rows)
        predicted.append(apply_rules(task, answers, Part(rows, np.zeros(len(rows)), pd.DataFrame()), schema))
    if not keys:
        raise InputError(
            f"None of the {unknown:,} captured rows has a key; send it as the InferenceId of a call of one row, or use "
            "boostpipe endpoint invoke."
            if unknown
            else "The endpoint captured no call in the window; deploy it with --data-capture, or choose another window."
        )
    part = Part(np.concatenate(features), np.zeros(len(keys)), pd.DataFrame())
    table = pd.concat([pd.DataFrame(keys, columns=columns), feature_table(part, schema)], axis=1)
    table = table.assign(**_columns(np.concatenate(predicted), column, task))
    table.drop_duplicates(columns, keep="last").to_csv(output, index=False)
    return unknown


@dataclass(frozen=True)
class _Call:
    moment: datetime
    inference_id: str
    sent: str
    answered: str


def _calls(folder: Path, when: Period) -> Iterator[_Call]:
    """Yield the captured calls of a period; what is no text, such as RecordIO, is left out and said."""
    for path in captured_calls(folder):
        for line in path.read_text(encoding="utf-8").splitlines():
            event = json.loads(line)
            known = event["eventMetadata"]
            moment = datetime.fromisoformat(known["inferenceTime"])
            if moment not in when:
                continue
            sides = [event["captureData"].get(side, {}) for side in ("endpointInput", "endpointOutput")]
            if any(side.get("encoding") not in ("CSV", "JSON") for side in sides):
                sys.stdout.write(f"{path.name}: a call without its request and response as text is left out\n")
                continue
            yield _Call(moment, known.get("inferenceId", ""), *(side["data"] for side in sides))


def _features(call: _Call, schema: Schema) -> Numbers:
    try:
        rows = pd.read_csv(io.StringIO(call.sent), header=None, dtype="float64").to_numpy()
    except ValueError as error:
        raise InputError(f"A captured request is no table of numbers without a header ({error}).") from error
    if rows.shape[1] != len(schema.feature_names):
        raise InputError(
            f"A captured request has {rows.shape[1]} features where the version has {len(schema.feature_names)}, so "
            "another version answered it; begin the window after the endpoint was updated."
        )
    return np.asarray(rows)


def _keys(folder: Path, inference_id: str, rows: int, columns: Sequence[str]) -> list[Sequence[str]] | None:
    """Return the keys of the rows of a call; None if they are not known."""
    call, _, first = inference_id.rpartition("/")
    path = _file_of_keys(folder, call) if first.isdigit() else None
    if path is not None:
        names, *lines = _lines(path)
        found = lines[int(first) : int(first) + rows]
        at = [names.index(name) for name in columns if name in names]
        return (
            [[line[each] for each in at] for line in found] if (len(at), len(found)) == (len(columns), rows) else None
        )
    (cells,) = csv.reader([inference_id]) if inference_id else ([],)
    return [cells] if rows == 1 and len(cells) == len(columns) else None


def _file_of_keys(folder: Path, call: str) -> Path | None:
    path = folder / "raw-rows" / quote(call, safe="") / "keys.csv"
    return path if call and path.is_file() else None


@cache
def _lines(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def _classes(task: Task) -> int:
    return len(task.classes) if task.kind == "multiclass" else 1


def _columns(predicted: Numbers, column: str, task: Task) -> Mapping[str, Any]:
    if task.kind == "multiclass":
        return {f"probability_{name}": predicted[:, code] for code, name in enumerate(task.classes)}
    return {column: predicted}


def _moment(name: str, text: str, now: datetime) -> datetime | None:
    if text == ANY:
        return None
    if ago := _AGO.fullmatch(text):
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            f"--{name} is {text!r}; give a date or a time such as 2018-03-01T12:00, or days or hours ago as 7d or 12h."
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
