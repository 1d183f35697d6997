"""A table preprocessed as the job would do it, before anything is uploaded: its sets and first features."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from pipelines.errors import BadInput
from pipelines.settings.table import INSTALLED

SHOWN_ROWS = 5


@dataclass(frozen=True)
class Preview:
    """The outputs of preprocessing, for people."""

    rows: Mapping[str, int]
    """Rows of the training, validation and test set."""
    features: Sequence[Mapping[str, Any]]
    """Name, type and levels of each, as in the schema."""
    first: Sequence[Sequence[str]]
    """The first training rows: the label, and then the features; levels instead of codes."""
    without_target: int = 0
    """Rows that are left out, because a target is missing."""


def preview(dataset: Path, data: Path) -> Preview:
    """Preprocess a file or a folder as a data set file describes it.

    Raises `BadInput` with the reason if the table does not fit the data set file.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder, output = Path(temporary) / "input", Path(temporary) / "output"
        for name in ("data", "batch"):
            _link(data.resolve(), folder / name)
        _run(dataset, folder, output)
        schema = json.loads((output / "schema" / "schema.json").read_text(encoding="utf-8"))
        report = json.loads((output / "schema" / "data-report.json").read_text(encoding="utf-8"))
        task = next(iter(schema["tasks"]))
        with (output / task / "train" / "data.csv").open(encoding="utf-8", newline="") as file:
            first = [
                _shown(row, schema["tasks"][task], schema["features"]) for row in islice(csv.reader(file), SHOWN_ROWS)
            ]
        return Preview(schema["rows"], schema["features"], first, report.get("without_target", 0))


def _link(data: Path, place: Path) -> None:
    if data.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(data, target_is_directory=True)
    else:
        place.mkdir(parents=True)
        (place / data.name).symlink_to(data)


def _run(dataset: Path, folder: Path, output: Path) -> None:
    words = [
        *(sys.executable, "-P", "-m", "processing_scripts.preprocess", "--dataset", str(dataset.resolve())),
        *("--input", str(folder), "--output", str(output), "--message", str(output.parent / "message")),
    ]
    variables = {**os.environ, "PYTHONPATH": str(INSTALLED), "PYTHONUTF8": "1"}
    done = subprocess.run(words, env=variables, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise BadInput(f"The table does not fit {dataset.name}: {done.stderr.strip().splitlines()[-1]}")


def _shown(row: Sequence[str], task: Mapping[str, Any], features: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write names of classes and levels instead of their codes."""
    levels = [task.get("classes") or (), *(feature.get("levels") or () for feature in features)]
    return [_name(cell, names) for cell, names in zip(row, levels, strict=True)]


def _name(cell: str, names: Sequence[str]) -> str:
    known = bool(names) and cell.replace(".0", "").isdigit() and int(float(cell)) < len(names)
    return names[int(float(cell))] if known else cell or "-"
