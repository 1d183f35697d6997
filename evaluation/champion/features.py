"""Features of raw rows, made by the code that a model was trained with, in a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from evaluation.account import Unknown
from evaluation.schema import Schema

_MODULE = "processing_scripts.parts"
_ROWS = 100_000
_KEPT = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR")
"""Environment variables that the code gets: none of AWS, and no secret."""


def features_of(code: Path, schema: Schema, files: Sequence[Path]) -> pd.DataFrame:
    """Return the features of all rows that can be predicted, with the columns that identify them as texts.

    Raises `Unknown` with the reason if the code refuses the rows.

    Parameters
    ----------
    code
        The folder of the model's ``processing_scripts``.
    files
        The raw files, in order.
    """
    frames, before = [], 0
    for file in files:
        with tempfile.TemporaryDirectory() as folder:
            read = _run(code, schema, file, Path(folder))
            made = pd.concat(map(pd.read_parquet, sorted(Path(folder, "known").glob("*.parquet"))))
        if schema.keys.row_number is not None:  # preprocessing numbers the rows of all files
            made[schema.keys.row_number] += before
            before += read
        frames.append(made)
    frame = pd.concat(frames, ignore_index=True)
    for name in schema.keys.columns:
        frame[name] = _texts(frame[name])
    return frame.drop_duplicates(list(schema.keys.columns))


def _run(code: Path, schema: Schema, file: Path, output: Path) -> int:
    """Write the features, and return how many rows the file has, those that cannot be predicted included."""
    try:
        said = run_code(code, _MODULE, schema, file, ["--output", str(output), "--rows", str(_ROWS)])
    except Unknown as error:
        raise Unknown(f"its code cannot make features of {file.name}: {error}") from error
    return int(json.loads(said.splitlines()[-1])["read"])


def run_code(code: Path, module: str, schema: Schema, file: Path, arguments: Sequence[str]) -> str:
    """Run a module of a model's own code on a raw file, and return what it printed.

    Raises `Unknown` with its last line if it fails.
    """
    command = [sys.executable, "-m", module, "--schema", str(schema.path.resolve()), "--data", str(file.resolve())]
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [*command, *arguments],
            env={**kept, "PYTHONPATH": str(code.resolve()), "PYTHONUTF8": "1", "AWS_EC2_METADATA_DISABLED": "true"},
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        last = next(iter(reversed(done.stderr.strip().splitlines())), "it printed nothing")
        raise Unknown(f"{last.rstrip('.')}.")
    return done.stdout


def _texts(values: "pd.Series[Any]") -> "pd.Series[str]":
    """Return identities as preprocessing writes them to its keys."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return pd.Series(values.dt.strftime("%Y-%m-%dT%H:%M:%S"))
    return values.map(lambda value: "" if pd.isna(value) else str(value))
