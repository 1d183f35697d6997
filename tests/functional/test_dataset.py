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


def test_check_shows_sets_and_first_features(folder: Path) -> None:
    run_command_named("dataset", folder, folder, "init", "iris.csv", "--target", "target", "--yes")
    ran = run_command_named("dataset", folder, folder, "check", "iris.toml")
    assert ran.code == 0, ran.stderr
    assert "iris.toml fits iris.csv: 150 rows." in ran.stdout
    assert "training set: 120 rows" in ran.stdout
    assert "number" not in [line.split()[0] for line in ran.stdout.splitlines() if line]
    table = (folder / "iris.csv").read_text()
    (folder / "blank.csv").write_text(table + ",,,,,\n" * 3)
    ran = run_command_named("dataset", folder, folder, "check", "iris.toml", "blank.csv")
    assert "150 rows.\n  3 rows have no target, so they are left out\n" in ran.stdout
    (folder / "other.csv").write_text(table.replace("\n4.9,", "\nlarge,", 1))
    ran = run_command_named("dataset", folder, folder, "check", "iris.toml", "other.csv")
    assert ran.code == 2
    assert "does not fit iris.toml: Line 3, column 'sepal length (cm)': 'large' is not a number" in ran.stderr


def test_check_refuses_a_file_with_a_mistake(folder: Path) -> None:
    (folder / "iris.toml").write_text('name = "iris"\ncolums = {}\n')
    ran = run_command_named("dataset", folder, folder, "check", "iris.toml")
    assert ran.code == 2
    assert ran.stderr == "iris.toml, line 2: colums is not a known key. Did you mean 'columns'?\n"
