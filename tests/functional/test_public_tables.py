"""Every command on every kind of table, from its description to the deletion of its endpoint."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import boto3
import pandas as pd
import pytest

from tests.functional.conftest import Ran, run_command_named
from tests.support.public_tables import CONSTRUCTED, DATA, FROM_SKLEARN, FROM_UCI, Written, write_table
from tests.support.service import Server, serving

pytestmark = pytest.mark.slow
IN_S3 = {"folder in S3": "folder", "Parquet folder in S3": "parquet-folder"}
TOLD = ("--dataset", "table.toml")


@pytest.fixture(params=[*CONSTRUCTED, *IN_S3, *FROM_SKLEARN, *FROM_UCI])
def name(request: pytest.FixtureRequest) -> str:
    if request.param in FROM_UCI and DATA not in os.environ:
        pytest.skip(f"{DATA} names no folder with {request.param}.csv.")
    return request.param


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path / ".sagemaker-local") as service:
        yield service


def test_every_command_works_on_a_table(name: str, tmp_path: Path, cache: Path, service: Server) -> None:
    def ran(*words: str) -> Ran:
        result = run_command_named(words[0], tmp_path, cache, *words[1:])
        assert result.code == 0, f"{words}: {result.stderr}"
        return result

    table = write_table(IN_S3.get(name, name), tmp_path / "data")
    source = str(table.source.relative_to(tmp_path))
    if name in IN_S3:
        source = "s3://tables/visits/"
        uploaded(table.source, service)
    ran("dataset", "init", source, "--target", table.target, "--yes", "--output", "table.toml")
    ran("dataset", "check", "table.toml")
    (task,) = ran("run", *TOLD, "--upsert", "--start", "--json").json["tasks"].values()
    assert len(task["candidates"]) == 3
    assert task["model_package_arn"]
    rows = some_rows(table, tmp_path)
    batch = ran("batch", "run", *TOLD, "--input", rows, "--output", "predicted", "--json").json
    assert len(pd.read_parquet(tmp_path / batch["files"]["parquet"])) == 20
    ran("endpoint", "deploy", *TOLD, "--approve")
    try:
        assert len(ran("endpoint", "invoke", *TOLD, "--file", rows, "--json").json["predictions"]) == 20
    finally:
        ran("endpoint", "delete", *TOLD, "--yes")
    assert "Predictions of both ways are the same" in ran("compare", *TOLD, "--rows", "20").stdout
    definition = ran("run", *TOLD, "--dry-run", "--target", "aws", "--region", "us-east-1").stdout
    assert json.loads(definition)["Steps"][0]["Name"] == "Preprocess"


def uploaded(folder: Path, service: Server) -> None:
    """Upload files as Spark leaves them, with an empty ``_SUCCESS`` beside them."""
    s3 = boto3.client("s3", **service.client_arguments)
    s3.create_bucket(Bucket="tables")
    s3.put_object(Bucket="tables", Key="visits/_SUCCESS")
    for path in folder.iterdir():
        s3.upload_file(str(path), "tables", f"visits/{path.name}")


def some_rows(table: Written, folder: Path) -> str:
    """Write the first 20 rows of a table's first file, in its format, and return the file's name."""
    first = table.source if table.source.is_file() else min(table.source.iterdir())
    name = f"rows{first.suffix}"
    if first.suffix == ".parquet":
        pd.read_parquet(first).head(20).to_parquet(folder / name)
    else:
        lines = first.read_bytes().splitlines(keepends=True)
        has_header = not table.target.isdigit()
        (folder / name).write_bytes(b"".join(lines[: 20 + has_header]))
    return name
