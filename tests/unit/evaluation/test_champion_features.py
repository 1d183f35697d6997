"""The rows of an earlier version: found again in raw files by the code that the version came with."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from evaluation.champion.records import read_records, records_of, write_records
from evaluation.champion.scored import FeatureMaker, Scored
from evaluation.inputs import read_parts
from evaluation.schema import read_schema

ROOT = Path(__file__).parents[3]
DATA, CODE = "s3://bucket/data", "s3://bucket/1"
OWN = ("unit", "data", "actual", "sha256")
"""Names of columns of the records."""
TABLE = """
name = "t"
[columns]
{key}size = "number"
price = "number"
[tasks.price]
kind = "regression"
target = "price"
gate = 5
"""
KEYS = {
    "none": "",
    "columns called as the records' own": "".join(
        f'"{name}" = {{ type = "category", role = "key" }}\n' for name in OWN
    ),
}


@pytest.fixture(params=KEYS)
def prepared(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with the code, and the outputs of preprocessing two files, whose second row is blank."""
    code, source = tmp_path / "code-1", tmp_path / "input"
    (code / "dataset").mkdir(parents=True)
    for package in ("processing_scripts", "html_page"):
        (code / package).symlink_to(ROOT / package)
    (code / "dataset" / "dataset.toml").write_text(TABLE.format(key=KEYS[request.param]))
    generator = np.random.default_rng(3)
    (source / "raw").mkdir(parents=True)
    for file in ("a.csv", "b.csv"):
        sizes = generator.permutation(200) + (file == "b.csv") / 2
        keys = {name: [f"{file}{name}{number % 7}-{number}" for number in range(200)] for name in OWN}
        rows = pd.DataFrame({"size": sizes, "price": generator.random(200), **(keys if KEYS[request.param] else {})})
        rows = rows.astype("str")
        rows.iloc[1] = ""
        rows.to_csv(source / "raw" / file, index=False)
    for folder in ("data", "batch"):
        shutil.copytree(source / "raw", source / folder)
    command = [sys.executable, "-m", "processing_scripts.preprocess", "--dataset", "dataset/dataset.toml"]
    subprocess.run([*command, "--input", source, "--output", source], cwd=code, check=True)
    for part in ("train", "validation", "test"):
        (source / "price" / part).rename(source / "data" / part)
    return tmp_path


def test_rows_are_found_again_in_their_files(prepared: Path) -> None:
    source = prepared / "input"
    schema = read_schema(source / "schema" / "schema.json")
    task = schema.task("price")
    test = read_parts(source, task, schema)["test"]
    write_records(prepared, records_of(source, task, schema, test, DATA))
    kept = read_records(prepared)
    model: Any = SimpleNamespace()

    features = FeatureMaker(prepared, DATA, source / "raw").features(Scored(task, schema, model, CODE), kept.rows)

    assert np.array_equal(features, test.features)
    assert len(kept.trained_on) + len(features) == 2 * 199
