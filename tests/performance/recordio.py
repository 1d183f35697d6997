"""Rows per second of RecordIO-protobuf, beside one protobuf message per row by Google's package.

``python -m tests.performance.recordio`` prints a Markdown table for a matrix of 100,000 x 25 with labels. The two work
in turn, so that both meet the same machine, and a ratio is the median of the ratios of the single turns. Time is the
processor time of this process, in which both have one thread: on an idle machine that is the time on the clock, and on
a busy one it leaves out what others take.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import google.protobuf
import numpy as np
from google.protobuf.internal import api_implementation

from processing_scripts import recordio
from tests.unit.recordio import aialgs

ROWS, COLUMNS = 100_000, 25
REPETITIONS = 9


class Contest(NamedTuple):
    """The same work done twice, each giving something by which its result is checked."""

    work: str
    by_google: Callable[[], Any]
    by_us: Callable[[], Any]


def contests() -> list[Contest]:
    """Writing and reading float32 and float64, records that have a uid, and sparse ones, which are read one by one."""
    generator = np.random.default_rng(42)
    found = []
    for dtype in (np.float32, np.float64):
        features = generator.random((ROWS, COLUMNS)).astype(dtype)
        labels = generator.random(ROWS).astype(dtype)
        data = recordio.dumps(features, labels)
        found += [
            _writing(dtype.__name__, features, labels),
            _writing_to_a_file(dtype.__name__, features, labels),
            _reading(f"read {dtype.__name__}", data),
        ]
    sparse = aialgs.framed(_sparse(generator))
    return [
        *found,
        _reading("read float64, every record with a uid", aialgs.framed(_with_uids(data))),
        Contest(
            "read float32, sparse", lambda: _made_dense(sparse).tobytes(), lambda: _as_bytes(recordio.loads(sparse))[0]
        ),
    ]


def _writing(name: str, features: Any, labels: Any) -> Contest:
    return Contest(f"write {name}", lambda: aialgs.dumps(features, labels), lambda: recordio.dumps(features, labels))


def _writing_to_a_file(name: str, features: Any, labels: Any) -> Contest:
    """The streaming forms, into a file that takes everything and keeps nothing."""

    def into(write: Callable[..., None]) -> None:
        with Path(os.devnull).open("wb") as file:
            write(file, features, labels)

    return Contest(f"write {name} to a file", lambda: into(aialgs.write), lambda: into(recordio.write))


def _reading(name: str, data: bytes) -> Contest:
    return Contest(name, lambda: _as_bytes(aialgs.loads(data)), lambda: _as_bytes(recordio.loads(data)))


def _with_uids(data: bytes) -> Any:
    for index, payload in enumerate(aialgs.payloads(data)):
        record = aialgs.record_class().FromString(payload)
        record.uid = f"row {index}"
        yield record


def _sparse(generator: np.random.Generator) -> Any:
    """One to five numbers in each row, anywhere."""
    for _ in range(ROWS):
        record = aialgs.record_class()()
        columns = np.sort(generator.choice(COLUMNS, generator.integers(1, 6), replace=False))
        tensor = record.features["values"].float32_tensor
        tensor.keys.extend(columns)
        tensor.values.extend(generator.random(columns.size))
        tensor.shape.append(COLUMNS)
        record.label["values"].float32_tensor.values.append(0)
        yield record


def _made_dense(data: bytes) -> Any:
    rows = np.zeros((ROWS, COLUMNS), np.float32)
    record = aialgs.record_class()()
    for row, payload in zip(rows, aialgs.payloads(data), strict=True):
        record.ParseFromString(payload)
        tensor = record.features["values"].float32_tensor
        row[tensor.keys] = tensor.values
        aialgs.vector(record.label["values"])
    return rows


def _as_bytes(matrix: Any) -> tuple[bytes, bytes]:
    features, labels = matrix
    return features.tobytes(), labels.tobytes()


def measure(contest: Contest) -> tuple[list[float], list[float]]:
    """Let both work in turn, and give the seconds of each turn."""
    if contest.by_google() != contest.by_us():
        raise RuntimeError(f"{contest.work}: the results differ.")
    turns = [(_seconds(contest.by_google), _seconds(contest.by_us)) for _ in range(REPETITIONS)]
    by_google, by_us = zip(*turns, strict=True)
    return list(by_google), list(by_us)


def _seconds(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _rows_per_second(seconds: list[float]) -> str:
    return f"{ROWS / statistics.median(seconds):,.0f}"


def main() -> None:
    """Print the machine and the table."""
    implementation = f"protobuf {google.protobuf.__version__} ({api_implementation.Type()})"
    versions = f"Python {platform.python_version()}, numpy {np.__version__}, {implementation}"
    sys.stdout.write(f"{os.cpu_count()} cores ({platform.machine()}), {versions}\n\n")
    sys.stdout.write(f"| {ROWS:,} x {COLUMNS} with labels | a message per row, rows/s | recordio, rows/s |")
    sys.stdout.write(f" times faster, median of {REPETITIONS} (min to max) |\n|---|---|---|---|\n")
    for contest in contests():
        by_google, by_us = measure(contest)
        ratios = [theirs / ours for theirs, ours in zip(by_google, by_us, strict=True)]
        median = f"**{statistics.median(ratios):.1f}** ({min(ratios):.1f} to {max(ratios):.1f})"
        rates = f"{_rows_per_second(by_google)} | {_rows_per_second(by_us)}"
        sys.stdout.write(f"| {contest.work} | {rates} | {median} |\n")


if __name__ == "__main__":
    main()
