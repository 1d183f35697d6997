"""Features of raw hours, made by the code and the schema of the model, in a process of its own.

The code is what the model was trained with, by the hash of its content: this installation's if it is the same, else a
copy of what the pipeline uploaded, kept in the cache. A model package may name any code, and whoever predicts would run
it with their own rights: so it must be below the pipeline's own prefix, or a trusted one, and it gets no credentials.
"""

import csv
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pipelines.aws.responses import last_part
from pipelines.aws.s3 import objects_below, read_object, split_uri
from pipelines.data.code_bundles import Bundle, bundles
from pipelines.errors import BadInput, PipelineError
from pipelines.models.registry import ModelMetadata, RegisteredModel
from pipelines.names import Layout, cache_folder
from pipelines.settings.fields import Settings
from pipelines.settings.table import INSTALLED, read_table

PACKAGE = "processing_scripts"
ENVIRONMENT = (
    *("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ"),
    *("TMPDIR", "LD_LIBRARY_PATH", "OMP_NUM_THREADS"),
)
"""Environment variables that a model's own code gets."""


@dataclass(frozen=True)
class Features:
    """Rows as they are sent to a container."""

    names: tuple[str, ...]
    """Of the features, in the order of the columns."""
    key: str
    """Name of what identifies a row, such as ``datetime``."""
    keys: tuple[str, ...]
    """One per row; times as ``2018-12-01T08:00:00``."""
    rows: tuple[str, ...]
    """CSV without a header, one line per row, without its line end."""


def make_features(
    s3: Any,
    model: RegisteredModel,
    metadata: ModelMetadata,
    trusted: Sequence[str],
    hours: Path,
    history: Path | None = None,
) -> Features:
    """Make the features of hours to predict.

    Raises `BadInput` if the hours are refused, with the message of the model's own code. Raises `PipelineError` if the
    code cannot be read, or fails.

    Parameters
    ----------
    trusted
        See `trusted_prefixes`.
    hours
        A file of raw columns: the weather, without the target.
    history
        A file of hours before them, for models whose features look back.

    Returns
    -------
    One row per hour that can be predicted, in the order of time; leading hours without history serve as history only.
    """
    with tempfile.TemporaryDirectory() as folder:
        schema = Path(folder) / "schema.json"
        schema.write_bytes(metadata.schema_text)
        known = [] if history is None else ["--known", str(history)]
        text = _run(
            code_folder(s3, model, trusted),
            "inference",
            ["--schema", str(schema), "--hours", str(hours), *known, "--named", "--complete"],
        )
    (key, *names), *lines = csv.reader(io.StringIO(text))
    # Features are numbers, so that a line is as it was after its key.
    return Features(
        tuple(names), key or "row", tuple(line[0] for line in lines), tuple(",".join(line[1:]) for line in lines)
    )


def keys_of_rows(
    s3: Any, model: RegisteredModel, metadata: ModelMetadata, trusted: Sequence[str], rows: Path, features: Features
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the names of the keys that identify rows, and for each row of the features its keys.

    Raises `PipelineError` if the model's code does not know the keys of ``rows``, the file that the features are of.
    """
    wanted = tuple(metadata.schema["keys"]["columns"])
    if wanted == (features.key,):  # the name of a row is its key
        return wanted, [(key,) for key in features.keys]
    with tempfile.TemporaryDirectory() as folder:
        schema = Path(folder) / "schema.json"
        schema.write_bytes(metadata.schema_text)
        text = _run(code_folder(s3, model, trusted), "identity", ["--schema", str(schema), "--data", str(rows)])
    names, *lines = map(tuple, csv.reader(io.StringIO(text)))
    if len(lines) != len(features.rows):
        raise PipelineError(f"{rows.name} has {len(lines)} keys for {len(features.rows)} rows.")
    return names, lines


def trusted_prefixes(bucket: str, settings: Settings) -> tuple[str, ...]:
    """Return the prefixes of S3 whose code may run: the pipeline's own, and those of ``--trusted-code``."""
    return (Layout(bucket, settings.pipeline_name).root, *settings.trusted_code)


def code_environment(code: Path) -> dict[str, str]:
    """Return the environment of a process that runs a model's own code; no AWS variables and secrets are in it."""
    kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    return {**kept, "PYTHONPATH": str(code), "PYTHONUTF8": "1", "AWS_EC2_METADATA_DISABLED": "true"}


def code_folder(s3: Any, model: RegisteredModel, trusted: Sequence[str]) -> Path:
    """Find the folder from which the model's own ``processing_scripts`` can be imported.

    Raises `BadInput` if the code is below no trusted prefix. Raises `PipelineError` if the uploaded code does not match
    the hash in its address.
    """
    digest = last_part(model.code_uri)
    if any(bundle.name == PACKAGE and bundle.digest == digest for bundle in bundles(read_table(None))):
        return INSTALLED
    if not any(model.code_uri.startswith(f"{prefix.rstrip('/')}/") for prefix in trusted):
        raise BadInput(
            f"{model.title} would run the code {model.code_uri}, which is not below {' or '.join(trusted)}; nothing "
            "was predicted. Name its pipeline with --pipeline-name and --bucket, or, if you trust who may write there, "
            "its prefix with --trusted-code."
        )
    folder = cache_folder() / "code" / digest
    if not folder.is_dir():
        files = _download(s3, model.code_uri)
        if Bundle(PACKAGE, files).digest != digest:
            raise PipelineError(
                f"{model.code_uri} is not the code that {model.title} was trained with; nothing was predicted."
            )
        _keep(folder, files)
    return folder


def _download(s3: Any, uri: str) -> dict[str, bytes]:
    bucket, prefix = split_uri(uri)
    files: dict[str, bytes] = {}
    for entry in objects_below(s3, bucket, f"{prefix}/"):
        path = entry["Key"].removeprefix(f"{prefix}/")
        if ".." in PurePosixPath(path).parts or path.startswith("/"):
            raise PipelineError(f"{uri} has {path}, which is outside of it; nothing was predicted.")
        files[path] = read_object(s3, f"s3://{bucket}/{entry['Key']}")
    return files


def _keep(folder: Path, files: dict[str, bytes]) -> None:
    """Write the whole folder, or nothing: another process may be doing the same."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        for path, content in files.items():
            file = partial / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        partial.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _run(code: Path, module: str, arguments: list[str]) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-m", f"{PACKAGE}.{module}", *arguments],
        env=code_environment(code),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode == 0:
        return done.stdout
    raise refusal(done.stderr)


def refusal(log: str) -> PipelineError:
    """Turn the stderr of the model's own code, which failed, into an error."""
    lines = log.strip().splitlines() or ["it printed nothing"]
    if lines[0].startswith("Traceback"):
        return PipelineError(f"The preprocessing code that came with the model failed: {lines[-1]}")
    if "unrecognized arguments" in lines[-1] or "No module named" in lines[-1]:
        return PipelineError(
            f"The preprocessing code that came with the model is older than this command ({lines[-1]}); run the "
            "pipeline again."
        )
    return BadInput(lines[-1])
