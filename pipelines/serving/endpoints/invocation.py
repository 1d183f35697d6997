"""Invocation of an endpoint: raw rows, checked and made into features by the model's own code, become predictions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import BadInput, PipelineError
from pipelines.models.container_output import read_answers
from pipelines.models.features import keys_of_rows, make_features, trusted_prefixes
from pipelines.models.postprocessing import apply_rules_to_rows
from pipelines.models.ranges import remarks_on
from pipelines.models.registry import RegisteredModel, describe_model, read_metadata
from pipelines.models.schema import task_of
from pipelines.serving.endpoints.asked import asked, captures
from pipelines.serving.endpoints.predictions import Predictions, predictions_of
from pipelines.serving.endpoints.state import IN_SERVICE, Endpoint
from pipelines.target.connection import CommandContext

ANSWERS_WHILE = (IN_SERVICE, "Updating", "SystemUpdating", "RollingBack")
MOST_BYTES = 3_000_000
"""Size of one request: a serverless endpoint accepts 4 MB, instances accept more."""


@dataclass(frozen=True)
class Answered:
    """Predictions, the model that made them, and remarks on the input."""

    model: RegisteredModel
    predictions: Predictions
    remarks: Sequence[str]


def served_model(sagemaker: Any, endpoint: Endpoint) -> RegisteredModel:
    """Find the registered version that an endpoint serves.

    Raises `BadInput` if its configuration does not name one.
    """
    if endpoint.package is None:
        raise BadInput(
            f"The configuration of the endpoint {endpoint.name} names no registered version, so its features are "
            "unknown. Deploy one with this command, or with --deploy of the pipeline."
        )
    return describe_model(sagemaker, endpoint.package)


def invoke(
    context: CommandContext,
    endpoint: Endpoint,
    model: RegisteredModel,
    hours: Path,
    history: Path | None,
    *,
    alone: bool = False,
) -> Answered:
    """Predict the rows of a file; ``alone`` means that it cannot contain their history.

    Raises `BadInput` if the rows are refused; nothing was sent. Raises `PipelineError` if the endpoint does not
    respond, or not with one answer per row.
    """
    if endpoint.status not in ANSWERS_WHILE:
        raise PipelineError(f"The endpoint {endpoint.name} is {endpoint.status} and does not answer; nothing was sent.")
    metadata = read_metadata(context.s3, model)
    looks_back = metadata.schema["history"]
    if looks_back and alone and history is None:
        what = " and ".join(looks_back["of"])
        raise BadInput(
            f"{model.title} needs the {what} of the {looks_back['hours']} hours before an hour. Name a file of them "
            "with --history, such as the data set; nothing was sent."
        )
    trusted = trusted_prefixes(context.connection.bucket, context.settings)
    features = make_features(context.s3, model, metadata, trusted, hours, history)
    call = None
    if captures(endpoint):
        named = metadata.schema["keys"].get("columns") and not metadata.schema["keys"].get("row_number")
        keys = keys_of_rows(context.s3, model, metadata, trusted, hours, features) if named else ((), [])
        call = asked(hours, *keys)
    runtime = context.client("sagemaker-runtime")
    classes = task_of(metadata.schema, model.task).responses
    answers = [
        answer
        for first, body in _bodies(features.rows)
        for answer in read_answers(
            _send(runtime, endpoint.name, body, call.inference_id(first) if call else None), classes
        )
    ]
    if len(answers) != len(features.rows):
        raise PipelineError(f"The endpoint {endpoint.name} gave {len(answers)} answers to {len(features.rows)} rows.")
    if call:
        call.keep(context.s3, endpoint)
    rows, better = "\n".join(features.rows), metadata.calibrated(answers)
    answers = apply_rules_to_rows(answers, rows, metadata.schema, model.task)
    better = better and apply_rules_to_rows(better, rows, metadata.schema, model.task)
    predictions = predictions_of(
        metadata.schema, model.task, features.key, features.keys, answers, metadata.cut_off, better
    )
    columns = zip(*(row.split(",") for row in features.rows), strict=True)
    remarks = remarks_on([dict(zip(features.names, columns, strict=True))], metadata.schema)
    return Answered(model, predictions, remarks)


def _bodies(rows: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield requests, each with the number of its first row."""
    body: list[str] = []
    first = size = 0
    for number, row in enumerate(rows):
        if size + len(row) + 1 > MOST_BYTES:
            yield first, "".join(body)
            body, first, size = [], number, 0
        body.append(f"{row}\n")
        size += len(row) + 1
    if body:
        yield first, "".join(body)


def _send(runtime: Any, endpoint: str, body: str, inference_id: str | None) -> str:
    from botocore.exceptions import ClientError

    named = {"InferenceId": inference_id} if inference_id else {}
    try:
        answer = runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Body=body.encode(), **named)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ModelError":
            raise
        message = error.response.get("OriginalMessage") or error.response["Error"]["Message"]
        raise PipelineError(f"The container of {endpoint} refused the rows: {message}") from error
    text: str = answer["Body"].read().decode()
    return text
