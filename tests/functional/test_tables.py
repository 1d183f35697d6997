"""A table of one's own: several classes, a category, two files, and two instances of Preprocess and of training."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from sklearn.datasets import load_iris

from tests.functional.conftest import Ran, run_command_named
from tests.support.service import serving

FILE = """
name = "iris"
data = "table"

[columns]
"꽃잎 길이" = { type = "number", unit = "cm" }
width = { type = "number", unit = "cm" }
garden = { type = "category" }
species = { type = "category", role = "target" }

[tasks.species]
kind = "multiclass"
target = "species"
gate = 1.0
classes = ["setosa", "versicolor", "virginica"]

[split]
by = "classes"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a data set file, and the service running in it."""
    folder = tmp_path_factory.mktemp("tables")
    (folder / "iris.toml").write_text(FILE, encoding="utf-8")
    flowers = load_iris(as_frame=True)
    table = pd.DataFrame(
        {
            "꽃잎 길이": flowers.frame["petal length (cm)"],
            "width": flowers.frame["petal width (cm)"],
            "garden": ["north", "south", "?"] * 50,
            "species": flowers.target_names[flowers.target],
        }
    )
    (folder / "table").mkdir()
    for number in range(2):
        table[number::2].to_csv(folder / "table" / f"{number}.csv", index=False)
    with serving(folder / ".sagemaker-local"):
        yield folder


@pytest.fixture(scope="module")
def trained(folder: Path, cache: Path) -> Ran:
    options = ("--upsert", "--start", "--dataset", "iris.toml", "--json")
    options += ("--processing-instance-count", "2", "--training-instance-count", "2")
    ran = run_command_named("run", folder, cache, *options, "--algorithms", "xgboost")
    assert ran.code == 0, ran.stderr
    return ran


def command(trained: Ran, cache: Path, *words: str) -> Ran:
    ran = run_command_named(words[0], trained.folder, cache, *words[1:], "--dataset", "iris.toml")
    assert ran.code == 0, ran.stderr
    return ran


def test_a_folder_of_files_is_trained_on(trained: Ran) -> None:
    (task,) = trained.json["tasks"].values()
    assert trained.json["dataset"]["rows"] == 150
    assert task["candidates"]["xgboost"]["test"]["accuracy"] > 0.8
    assert ":model-package/Iris-species/1" in task["model_package_arn"]
    predictions = pd.read_csv(trained.folder / task["predictions"])
    assert set(predictions["predicted_species"]) == {"setosa", "versicolor", "virginica"}
    actual = pd.concat([pd.read_csv(path) for path in sorted((trained.folder / "table").iterdir())])["species"]
    assert (predictions["predicted_species"].to_numpy() == actual.to_numpy()[predictions["row"] - 1]).mean() > 0.8


def test_two_instances_train_one_model(trained: Ran) -> None:
    logs = trained.folder / ".sagemaker-local" / "logs" / "aws" / "sagemaker" / "TrainingJobs"
    of_hosts = [path.read_text(encoding="utf-8") for path in logs.rglob("algo-*.log")]
    assert ["Distributed node training with 2 hosts" in text for text in of_hosts] == [True, True]
    rows = [int(text.partition("Train matrix has ")[2].split()[0]) for text in of_hosts]
    assert sum(rows) < 150, "each has its share of the training set"
    assert min(rows) > 0


def test_a_batch_names_the_class_of_each_row(trained: Ran, cache: Path) -> None:
    ran = command(trained, cache, "batch", "run", "--input", "table/0.csv", "--output", "predicted", "--json")
    found = pd.read_parquet(trained.folder / ran.json["files"]["parquet"])
    actual = pd.read_csv(trained.folder / "table" / "0.csv")["species"]
    assert (found["predicted_species"].to_numpy() == actual.to_numpy()).mean() > 0.9
    shares = found[[f"probability_{name}" for name in ("setosa", "versicolor", "virginica")]]
    assert shares.sum(axis=1).between(0.999, 1.001).all()


def test_an_endpoint_names_the_class_of_a_row(trained: Ran, cache: Path) -> None:
    command(trained, cache, "endpoint", "deploy", "--approve")
    try:
        rows = ("--row", "꽃잎 길이=1.4", "width=0.2", "garden=north", "--row", "꽃잎 길이=6", "width=2.5", "garden=?")
        ran = command(trained, cache, "endpoint", "invoke", *rows, "--json")
    finally:
        command(trained, cache, "endpoint", "delete", "--yes")
    assert [one["predicted_species"] for one in ran.json["predictions"]] == ["setosa", "virginica"]
