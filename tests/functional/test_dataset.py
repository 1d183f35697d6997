"""``boostpipe dataset``: from a table to a data set file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from sklearn.datasets import load_iris

from processing_scripts.dataset_file.reader import read_dataset_file
from tests.functional.conftest import environment, run_command_named, typed_in_a_terminal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    iris = load_iris(as_frame=True)
    table = iris.frame.assign(target=iris.target_names[iris.target], number=range(150))
    table.to_csv(tmp_path / "iris.csv", index=False)
    return tmp_path


def test_init_writes_a_file_and_reports_decisions(folder: Path) -> None:
    ran = run_command_named("dataset", folder, folder, "init", "iris.csv", "--target", "target", "--yes")
    assert ran.code == 0, ran.stderr
    assert "150 rows, 6 columns, CSV with ',' between cells, in utf-8, with a header" in ran.stdout
    assert "- Column 'number' identifies the rows" in ran.stdout
    assert "boostpipe run --dataset iris.toml --upsert --start" in ran.stdout
    dataset = read_dataset_file(folder / "iris.toml")
    assert dataset.task("classification").classes == ("setosa", "versicolor", "virginica")
    assert dataset.data_source == str(folder / "iris.csv")


def test_init_replaces_no_file_without_force(folder: Path) -> None:
    (folder / "iris.toml").write_text("mine")
    ran = run_command_named("dataset", folder, folder, "init", "iris.csv", "--target", "target")
    assert ran.code == 2
    assert "There is a file iris.toml already. Add --force" in ran.stderr
    assert (folder / "iris.toml").read_text() == "mine"
    ran = run_command_named("dataset", folder, folder, "init", "iris.csv", "--target", "target", "--force", "--json")
    assert ran.json["file"] == "iris.toml"
    assert ran.json["kind"] == "multiclass"


def test_init_asks_in_a_terminal(folder: Path) -> None:
    command = f"{sys.executable} -m pipelines dataset init iris.csv --target target"
    variables = environment(folder, PYTHONPATH=str(Path.cwd()))
    code, output = typed_in_a_terminal(command, folder, variables, "n\n")
    assert code == 0
    assert "Write iris.toml? [y/N]" in output
    assert not (folder / "iris.toml").exists()


def test_init_suggests_a_column(folder: Path) -> None:
    ran = run_command_named("dataset", folder, folder, "init", "iris.csv", "--target", "targt")
    assert ran.code == 2
    assert ran.stderr.endswith("iris.csv has no column 'targt'. Did you mean target?\n")
