"""Measurement of the same rows through an endpoint and a transform job, which must predict the same."""

import itertools
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.aws.responses import last_part
from pipelines.aws.s3 import read_object, split_uri, temporary_prefix
from pipelines.definition.formats import CSV
from pipelines.errors import PipelineError
from pipelines.models.container_output import Answer, read_answers
from pipelines.models.postprocessing import require_as_many
from pipelines.models.registry import RegisteredModel
from pipelines.names import Layout, job_name
from pipelines.serving.batch.transform import Capacity, transform
from pipelines.serving.comparison.costs import Speed
from pipelines.serving.comparison.endpoint import endpoint
from pipelines.serving.comparison.load import Load, send
from pipelines.target.connection import Connection

AT_ONCE = (1, 4, 16)
TOLERANCE = 1e-6
"""Largest allowed difference between the two ways: absolute, and relative to predictions above 1."""
TRANSFORM_ROWS = 50_000
"""A job of fewer rows takes hardly longer than its start."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Measurement:
    """Result of a measurement."""

    rows: int
    """Number of different rows."""
    loads: tuple[Load, ...]
    """Of the endpoint: single rows first, then several rows per request."""
    transform_rows: int
    """Rows of the transform job, repeated up to `TRANSFORM_ROWS`."""
    transform_seconds: float
    """By the service's own times."""
    transform_start_seconds: float
    """Seconds of a transform job of a single row: the time of its start."""
    largest_difference: float
    """Between predictions of the endpoint and of the transform job; relative to predictions above 1."""
    bytes_per_row: float
    """Request and response of the endpoint for a single row."""

    @property
    def transform_rows_per_second(self) -> float:
        """Rows over the seconds beyond those of a single row."""
        longer = self.transform_seconds - self.transform_start_seconds
        return self.transform_rows / max(longer, self.transform_seconds / 10)

    @property
    def speed(self) -> Speed:
        """The speeds that costs depend on."""
        single = [load for load in self.loads if load.rows_per_request == 1]
        return Speed(
            seconds_per_request=single[0].p50 / 1000,
            rows_per_second=max(load.rows_per_second for load in single),
            transform_rows_per_second=self.transform_rows_per_second,
            bytes_per_row=self.bytes_per_row,
        )


@dataclass(frozen=True)
class Capacities:
    """Instance types of the endpoint and the transform job, rows per request, and numbers per response to a row."""

    hosting_type: str
    transform_type: str
    rows_per_request: int
    classes: int = 1


def measure(
    connection: Connection, pipeline_name: str, model: RegisteredModel, rows: Sequence[str], capacities: Capacities
) -> Measurement:
    """Measure both ways; the endpoint is always deleted.

    Raises `PipelineError` if predictions differ by more than `TOLERANCE`, or one of the two ways failed.
    """
    name = job_name(pipeline_name, "compare")
    loads, answers, size = [], [], 0.0
    with endpoint(connection, name, model, capacities.hosting_type):
        for per_request in (1, capacities.rows_per_request):
            for at_once in AT_ONCE:
                load, numbers, bytes_per_row = send(
                    connection.client, name, rows, per_request, at_once, capacities.classes
                )
                logger.info("%d rows a request, %d at once: %.0f rows/s", per_request, at_once, load.rows_per_second)
                loads.append(load)
                answers.append(numbers)
                size = size or bytes_per_row
    capacity = Capacity(capacities.transform_type, 1, 2)
    place = Layout(connection.bucket, pipeline_name).batch(
        name
    )  # a batch like any other, for the policies and for the teardown
    start, _ = _transformed(connection, f"{place}-1", model, rows[:1], capacity, capacities.classes)
    many = [*rows] * math.ceil(TRANSFORM_ROWS / len(rows))
    seconds, batch = _transformed(connection, f"{place}-n", model, many, capacity, capacities.classes)
    largest = require_same(model.title, batch[: len(rows)], [*answers, batch])
    return Measurement(len(rows), tuple(loads), len(many), seconds, start, largest, size)


def require_same(title: str, expected: Sequence[Answer], others: Sequence[Sequence[Answer]]) -> float:
    """Check that rows have the same predictions in every way and repetition, and return the largest difference.

    Raises `PipelineError` if it is more than `TOLERANCE`.
    """
    largest = max(
        _difference(number, wanted)
        for numbers in others
        for number, wanted in zip(numbers, itertools.cycle(expected), strict=False)
    )
    if largest > TOLERANCE:
        raise PipelineError(
            f"The endpoint and the transform job of {title} predict differently: by up to {largest:.2g} of a "
            f"prediction's size, where {TOLERANCE:g} is allowed. Trust neither before you know why."
        )
    return largest


def _transformed(
    connection: Connection, uri: str, model: RegisteredModel, rows: Sequence[str], capacity: Capacity, classes: int
) -> tuple[float, list[Any]]:
    """Run a transform job, named as its folder in the bucket, and return its seconds and its predictions."""
    s3 = connection.client("s3")
    bucket, prefix = split_uri(uri)
    name = last_part(uri)
    with temporary_prefix(s3, uri):
        body = "".join(f"{row}\n" for row in rows).encode()
        s3.put_object(Bucket=bucket, Key=f"{prefix}/rows/rows.csv", Body=body)
        job = transform(connection, name, model, CSV, f"{uri}/rows/", f"{uri}/responses", capacity, [])
        answers = read_answers(read_object(s3, f"{uri}/responses/rows.csv.out").decode(), classes)
    require_as_many(len(answers), len(rows))
    return job.seconds, answers


def _difference(one: Any, other: Any) -> float:
    if isinstance(one, list):
        return max(map(_difference, one, other))
    difference = abs(one - other) / max(abs(other), 1.0)
    return math.inf if math.isnan(difference) else difference
