"""Raw rows become objects of features in S3: the code that the model was trained with runs in its own process."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.aws.s3 import split_uri
from pipelines.definition.formats import Format
from pipelines.errors import PipelineError
from pipelines.models.features import PACKAGE, code_environment, refusal
from pipelines.models.registry import ModelMetadata

UPLOADS_AT_ONCE = 4


@dataclass(frozen=True)
class Rows:
    """A file of raw rows, and how to split it into objects."""

    file: Path
    """Raw columns, without the target."""
    per_object: int
    """Rows of the file per object."""
    series: str | None
    """Name of the column that identifies a series of hours; None if the file is one series."""
    form: Format
    """Format of the objects."""


@dataclass(frozen=True)
class Part:
    """One object: its name without a suffix, its number of rows, and the local file of the rows with their keys."""

    name: str
    rows: int
    known: Path


@dataclass(frozen=True)
class Prepared:
    """All objects, in the order of the file; ``read`` includes the leading hours that only serve as history."""

    parts: tuple[Part, ...]
    read: int

    @property
    def rows(self) -> int:
        """Number of rows to predict."""
        return sum(part.rows for part in self.parts)


def prepare(s3: Any, code: Path, metadata: ModelMetadata, rows: Rows, folder: Path, uri: str) -> Prepared:
    """Make the features and upload them below ``uri``, while the next objects are made; keep the keys in ``folder``.

    Raises `BadInput` if the rows are refused, with the message of the model's own code. Raises `PipelineError` if the
    code cannot be read, or fails.
    """
    schema = folder / "schema.json"
    schema.write_bytes(metadata.schema_text)
    parts, read, predicted, uploads = [], 0, 0, []
    with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool, _preprocess(code, schema, rows, folder) as lines:
        for line in lines:
            message = json.loads(line)
            if "part" not in message:  # the last one, with the totals
                read, predicted = message["read"], message["predicted"]
                continue
            name = message["part"]
            parts.append(Part(name, message["rows"], folder / "known" / f"{name}.parquet"))
            file = folder / "rows" / f"{name}{rows.form.suffix}"
            uploads.append(pool.submit(_upload, s3, file, f"{uri}/{file.name}"))
        for upload in uploads:
            upload.result()
    prepared = Prepared(tuple(parts), read)
    if prepared.rows != predicted:
        raise PipelineError(f"Of {predicted} rows with their history {prepared.rows} were written: nothing is sent.")
    return prepared


def _upload(s3: Any, file: Path, uri: str) -> None:
    bucket, key = split_uri(uri)
    s3.upload_file(str(file), bucket, key)
    file.unlink()


@contextmanager
def _preprocess(code: Path, schema: Path, rows: Rows, folder: Path) -> Iterator[Iterator[str]]:
    """Run the model's own code and yield the lines that it prints; a failure is raised at the end."""
    # It may have child processes. A session of their own keeps the terminal's Ctrl-C from reaching any of them: only
    # this process gets the interruption, and it kills the whole group before it ends.
    arguments = ["--schema", schema, "--hours", rows.file, "--output", folder, "--rows", rows.per_object]
    arguments += ["--format", rows.form.name, *(["--series", rows.series] if rows.series else [])]
    log = folder / "preprocessing.log"
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", f"{PACKAGE}.parts", *map(str, arguments)],
            env=code_environment(code),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
    assert process.stdout is not None
    with process.stdout as lines:
        try:
            yield lines
            process.wait()
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            lines.read()  # returns when the last process of the group that holds the pipe has ended
    if process.returncode != 0:
        raise refusal(log.read_text(encoding="utf-8"))
