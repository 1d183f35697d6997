"""Raw rows become objects of features in S3, part by part, by the model's own code in a process of its own."""

from __future__ import annotations

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
from pipelines.models.features import PACKAGE, code_folder, refusal
from pipelines.models.registry import Knowledge, RegisteredModel

UPLOADS_AT_ONCE = 4


@dataclass(frozen=True)
class Rows:
    """A file of raw rows, and how it is to be cut.

    Attributes
    ----------
    file
        Raw columns, without the target.
    per_object
        Rows of the file that are read for one object.
    series
        Name of the column that tells series of hours apart, None where the file is one.
    form
        In which the objects are written.
    """

    file: Path
    per_object: int
    series: str | None
    form: Format


@dataclass(frozen=True)
class Part:
    """One object: its name without a suffix, its number of rows, and the file with the same rows and what they are."""

    name: str
    rows: int
    known: Path


@dataclass(frozen=True)
class Prepared:
    """All objects, in the order of the file; ``read`` counts the leading hours that are history only as well."""

    parts: tuple[Part, ...]
    read: int

    @property
    def rows(self) -> int:
        """How many rows are to be predicted."""
        return sum(part.rows for part in self.parts)


def prepare(s3: Any, model: RegisteredModel, knowledge: Knowledge, rows: Rows, folder: Path, uri: str) -> Prepared:
    """Make the features and upload them below ``uri``, several objects at a time, while the next are being made.

    Parameters
    ----------
    folder
        Where the files lie until they are uploaded, and those with what the rows are until the end.

    Raises
    ------
    BadInput
        The rows are refused, in the words of the model's own code.
    PipelineError
        The code cannot be had, or fails.
    """
    schema = folder / "schema.json"
    schema.write_bytes(knowledge.schema_text)
    parts, read, predicted, uploads = [], 0, 0, []
    with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool, _told(code_folder(s3, model), schema, rows, folder) as lines:
        for line in lines:
            told = json.loads(line)
            if "part" not in told:
                read, predicted = told["read"], told["predicted"]
                continue
            parts.append(Part(told["part"], told["rows"], folder / "known" / f"{told['part']}.parquet"))
            file = folder / "rows" / f"{told['part']}{rows.form.suffix}"
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
def _told(code: Path, schema: Path, rows: Rows, folder: Path) -> Iterator[Iterator[str]]:
    """Run the model's own code; what it tells comes line by line, and its failure at the end.

    It may have processes of its own. They are in one session with it, apart from the terminal's, so that an
    interruption is this command's affair: all of them are killed, and have ended when this does.
    """
    arguments = ["--schema", schema, "--hours", rows.file, "--output", folder, "--rows", rows.per_object]
    arguments += ["--format", rows.form.name, *(["--series", rows.series] if rows.series else [])]
    log = folder / "preprocessing.log"
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", f"{PACKAGE}.parts", *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": str(code), "PYTHONUTF8": "1"},
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
            lines.read()  # ends when the last process that could write to it has
    if process.returncode != 0:
        raise refusal(log.read_text(encoding="utf-8"))
