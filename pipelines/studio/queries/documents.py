"""The files that an execution of this workflow leaves: the reports of its tasks, the data page, the predictions."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pipelines.aws.s3 import read_object
from pipelines.errors import BadInput
from pipelines.execution.pipeline import Progress, Step
from pipelines.execution.results import DATA_REPORT, cut_off_of, output_uri, read_predictions
from pipelines.names import EVALUATE, PREPROCESS, TaskSteps

FIRST_ROWS = 50


@dataclass(frozen=True)
class Table:
    """The first rows of a table, and how many it has."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    count: int


def evaluated(progress: Progress) -> list[Step]:
    """Return the evaluations that succeeded and whose files can be read."""
    return [
        step
        for name, step in progress.succeeded.items()
        if name.startswith(EVALUATE) and "ProcessingJob" in step.metadata
    ]


def predicted(progress: Progress) -> list[Step]:
    """Return the evaluations whose winner has predicted the batch."""
    steps = progress.succeeded
    return [step for step in evaluated(progress) if _batch_step(step) in steps]


def has_data_page(progress: Progress) -> bool:
    """Whether preprocessing has left its page about the data."""
    return "ProcessingJob" in getattr(progress.succeeded.get(PREPROCESS), "metadata", {})


def report(sagemaker: Any, s3: Any, evaluation: Step) -> bytes:
    """Read the report of an evaluation: one HTML file."""
    return read_object(s3, f"{_folder(sagemaker, evaluation)}/report.html")


def data_page(sagemaker: Any, s3: Any, progress: Progress) -> bytes:
    """Read the page about the data: one HTML file.

    Raises `BadInput` if there is none.
    """
    if not has_data_page(progress):
        raise BadInput("Preprocessing has not succeeded, so there is no page about the data.")
    uri = output_uri(sagemaker, progress.succeeded[PREPROCESS], "schema").rstrip("/")
    return read_object(s3, f"{uri}/{DATA_REPORT}")


def predictions(sagemaker: Any, s3: Any, progress: Progress, evaluation: Step) -> str:
    """Read the batch predictions of a task, joined with their rows, as CSV.

    Raises `BadInput` if there are none.
    """
    folder = _folder(sagemaker, evaluation)
    measured, schema = (json.loads(read_object(s3, f"{folder}/{name}")) for name in ("evaluation.json", "schema.json"))
    steps = progress.succeeded
    found = read_predictions(measured["task"], steps, sagemaker, s3, schema, cut_off_of(measured))
    if found is None:
        raise BadInput("The batch has not been predicted.")
    return found


def first_rows(text: str) -> Table:
    """Return the first rows of a CSV table."""
    rows = csv.reader(io.StringIO(text))
    header = next(rows, [])
    first = [*islice(rows, FIRST_ROWS)]
    return Table(header, first, len(first) + sum(1 for _ in rows))


def find_evaluation(progress: Progress, name: str) -> Step:
    """Return an evaluation by its step's name, the first one by default.

    Raises `BadInput` if there is none.
    """
    found = evaluated(progress)
    for step in found:
        if name in ("", step.name):
            return step
    raise BadInput("No evaluation has succeeded, so there is no report.")


def _batch_step(evaluation: Step) -> str:
    return TaskSteps("").batch_predict + evaluation.name.removeprefix(EVALUATE)


def _folder(sagemaker: Any, evaluation: Step) -> str:
    return output_uri(sagemaker, evaluation, "evaluation").rstrip("/")
