"""A batch from its file to its result."""

import logging
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.aws.s3 import split_uri, temporary_prefix
from pipelines.aws.tags import as_list
from pipelines.data.output import keep, require_writable
from pipelines.definition.algorithms import require_format
from pipelines.definition.formats import Format
from pipelines.errors import BadInput
from pipelines.models.features import code_folder, trusted_prefixes
from pipelines.models.ranges import remarks_on
from pipelines.models.registry import RegisteredModel, read_metadata
from pipelines.names import Layout, job_name, project_tags
from pipelines.serving.batch.result import Responses, write_result
from pipelines.serving.batch.rows import Rows, prepare
from pipelines.serving.batch.transform import Capacity, transform
from pipelines.settings.fields import Settings
from pipelines.target.connection import Connection

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class BatchRequest:
    """Rows to predict, and how; see `pipelines.serving.batch.rows.Rows`."""

    input: str
    """A file of raw rows, or its ``s3://`` address."""
    output: str | None
    """A folder, or an ``s3://`` prefix; None is below the state directory."""
    form: Format
    rows_per_object: int
    series: str | None
    capacity: Capacity


@dataclass(frozen=True)
class BatchResult:
    """Result of a batch: numbers of rows and objects, the files, and the seconds of each phase."""

    model: RegisteredModel
    transform_job_arn: str
    read: int
    predicted: int
    objects: int
    files: dict[str, str]
    seconds: dict[str, float]
    remarks: tuple[str, ...] = ()
    """On rows with missing values or values outside of the training set's range, and on the model."""

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` prints it."""
        return {
            "model_package_arn": self.model.arn,
            "task": self.model.task,
            "algorithm": self.model.algorithm,
            "transform_job_arn": self.transform_job_arn,
            "rows": {"read": self.read, "predicted": self.predicted, "history_only": self.read - self.predicted},
            "objects": self.objects,
            "files": self.files,
            "remarks": list(self.remarks),
            "seconds": {name: round(seconds, 3) for name, seconds in self.seconds.items()},
        }


def predict(connection: Connection, settings: Settings, model: RegisteredModel, request: BatchRequest) -> BatchResult:
    """Predict a file of raw rows with a registered version through a transform job.

    Raises `PipelineError`, or one of its subclasses; no result has been written then, and nothing is left in the
    bucket.
    """
    require_format(request.form, [model.algorithm])
    s3 = connection.client("s3")
    metadata = read_metadata(s3, model)
    name = job_name(settings.pipeline_name, model.task)
    prefix = Layout(connection.bucket, settings.pipeline_name).batch(name)
    output = request.output or str(settings.state_dir / "results" / name)
    require_writable(output, s3)
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="batch-") as temporary, temporary_prefix(s3, prefix):
        folder = Path(temporary)
        rows = Rows(_local_file(s3, request.input, folder), request.rows_per_object, request.series, request.form)
        with _timed(seconds, "features"):
            code = code_folder(s3, model, trusted_prefixes(connection.bucket, settings))
            prepared = prepare(s3, code, metadata, rows, folder, f"{prefix}/rows")
            remarks = remarks_on((_columns(part.known) for part in prepared.parts), metadata.schema)
        logger.info("%s rows to predict in %d objects", f"{prepared.rows:,}", len(prepared.parts))
        with _timed(seconds, "transform"):
            job = transform(
                connection,
                name,
                model,
                request.form,
                f"{prefix}/rows/",
                f"{prefix}/responses",
                request.capacity,
                as_list(project_tags(settings.pipeline_name, settings.tags)),
            )
        with _timed(seconds, "result"):
            responses = Responses(s3, f"{prefix}/responses", request.form, metadata, model.task)
            files = write_result(prepared, responses, folder / "result")
            kept = keep(files, output, s3)
    return BatchResult(model, job.arn, prepared.read, prepared.rows, len(prepared.parts), kept, seconds, tuple(remarks))


def _columns(path: Path) -> dict[str, list[Any]]:
    from pyarrow import parquet

    columns: dict[str, list[Any]] = parquet.read_table(path).to_pydict()
    return columns


def _local_file(s3: Any, source: str, folder: Path) -> Path:
    from botocore.exceptions import ClientError

    if not source.startswith("s3://"):
        path = Path(source)
        if not path.is_file():
            raise BadInput(
                f"There is no file {source}. Name a CSV file of raw rows, or an s3:// address, with --input."
            )
        return path
    bucket, key = split_uri(source)
    path = folder / (Path(key).name or "input")
    try:
        s3.download_file(bucket, key, str(path))
    except (ClientError, ValueError) as error:
        raise BadInput(f"{source} cannot be read: {error}") from error
    return path


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - start
