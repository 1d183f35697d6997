"""A comparison from a registered version to its report."""

import itertools
import tempfile
from pathlib import Path
from typing import Any

from pipelines.aws.responses import last_part
from pipelines.aws.s3 import objects_of_table, split_uri
from pipelines.data.dataset import find
from pipelines.data.sample import GENERATED_SAMPLE
from pipelines.errors import BadInput
from pipelines.models.features import make_features, trusted_prefixes
from pipelines.models.registry import ModelMetadata, RegisteredModel, read_metadata
from pipelines.models.schema import task_of
from pipelines.serving.comparison.costs import Assumed, Speed, costs_of_a_day
from pipelines.serving.comparison.measurement import Capacities, measure
from pipelines.serving.comparison.report import Comparison
from pipelines.target.connection import CommandContext

START_SECONDS = 240.0
"""Seconds that AWS takes, and bills, to start a transform job."""


def compare(
    context: CommandContext,
    model: RegisteredModel,
    number: int,
    *,
    rows_per_request: int = 100,
    serverless_mb: int = 2048,
    start_seconds: float = START_SECONDS,
) -> Comparison:
    """Send the same rows of the data through an endpoint and through a transform job; the endpoint is always deleted.

    Raises `BadInput` if a price is unknown. Raises `PipelineError` if one of the two ways failed, or they differ.
    """
    settings, connection, prices = context.settings, context.connection, context.prices
    hosting, transform = settings.hosting_instance_type, settings.transform_instance_type
    assumed = Assumed(hosting, transform, serverless_mb, start_seconds)
    costs_of_a_day(prices, Speed(1, 1, 1, 1), assumed)  # refuses an unknown price before anything is spent
    metadata = read_metadata(context.s3, model)
    rows = _rows(context, model, metadata, number)
    capacities = Capacities(hosting, transform, rows_per_request, task_of(metadata.schema, model.task).responses)
    measured = measure(connection, context.pipeline, model, rows, capacities)
    ways = costs_of_a_day(prices, measured.speed, assumed)
    generated = metadata.schema["dataset"]["kind"] == GENERATED_SAMPLE
    return Comparison(model.title, model.algorithm, connection.name, measured, ways, prices, assumed, generated)


def _rows(context: CommandContext, model: RegisteredModel, metadata: ModelMetadata, number: int) -> list[str]:
    """Take rows of the data's first file, from the beginning again where there are not enough."""
    data = find(context.settings.data, context.settings.table, allow_sample=not context.on_aws)
    with tempfile.TemporaryDirectory() as folder:
        if data.content is None:
            hours = _first_object(context.s3, data.source, Path(folder))
        else:
            hours = Path(folder) / Path(next(iter(data.files))).name
            hours.write_bytes(data.data)
        trusted = trusted_prefixes(context.connection.bucket, context.settings)
        features = make_features(context.s3, model, metadata, trusted, hours)
    return list(itertools.islice(itertools.cycle(features.rows), number))


def _first_object(s3: Any, uri: str, folder: Path) -> Path:
    """Download the first object of a table."""
    first = next(iter(objects_of_table(s3, uri)), None)
    if first is None:
        raise BadInput(f"There is no data at {uri}. Check the address, or name a file with --data.")
    file = folder / last_part(first["Key"])
    s3.download_file(split_uri(uri)[0], first["Key"], str(file))
    return file
