"""The import contracts of pyproject.toml: a forbidden import in a copy of the packages fails ``lint-imports``."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LINTER = Path(sys.executable).with_name("lint-imports")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = PYPROJECT["tool"]["importlinter"]["root_packages"]
LAYERS = [each for each in PYPROJECT["tool"]["importlinter"]["contracts"] if each["type"] == "layers"]
WORKFLOW = "No package imports the workflow, or the code of the jobs"
SERVICE = "The workflow enters the local service through its target only"
SDK = "Only the files that build a definition import the SageMaker SDK"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def lint(folder: Path) -> tuple[int, str]:
    done = subprocess.run([LINTER, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, " ".join(done.stdout.split())


def test_the_packages_keep_them(tree: Path) -> None:
    code, report = lint(tree)
    assert (code, "0 broken" in report) == (0, True), report


@pytest.mark.parametrize(
    ("importer", "line", "contract"),
    [
        ("local_sagemaker/core/clock.py", "import pipelines.errors", WORKFLOW),
        ("evaluation/evaluate.py", "import processing_scripts.preprocess", WORKFLOW),
        ("processing_scripts/preprocess.py", "def late():\n    from evaluation import evaluate", WORKFLOW),
        ("pipelines/data/dataset.py", "import processing_scripts.preprocess", WORKFLOW),
        ("html_page/elements.py", "import pipelines.errors", WORKFLOW),
        ("pipelines/run.py", "def late():\n    from local_sagemaker import lifetime", SERVICE),
        ("pipelines/definition/dag.py", "import local_sagemaker.core.store", SERVICE),
        ("pipelines/data/output.py", "def late():\n    from sagemaker.core import image_uris", SDK),
        ("local_sagemaker/core/clock.py", "import sagemaker", SDK),
    ],
)
def test_forbidden_import(tree: Path, importer: str, line: str, contract: str) -> None:
    with (tree / importer).open("a") as file:
        file.write(f"\n{line}\n")
    code, report = lint(tree)
    assert code == 1
    assert f"{contract} BROKEN" in report


def test_every_list_of_packages_is_complete() -> None:
    assert {*PACKAGES} == {file.parent.name for file in ROOT.glob("*/py.typed")}
    assert {*PACKAGES} == {*PYPROJECT["tool"]["mypy"]["files"]} == {*PYPROJECT["tool"]["coverage"]["run"]["source"]}
    assert {f"{package}*" for package in PACKAGES} == {*PYPROJECT["tool"]["setuptools"]["packages"]["find"]["include"]}


@pytest.mark.parametrize("package", PACKAGES)
def test_module_without_a_layer(tree: Path, package: str) -> None:
    (tree / package / "brand_new.py").touch()
    code, report = lint(tree)
    assert code == 1
    assert f"{package}.brand_new" in report


def test_every_room_has_layers() -> None:
    """Scripts that run under other names, in AWS's layout of packages, have no floors of ours."""
    rooms = {
        ".".join(file.parent.relative_to(ROOT).parts)
        for package in PACKAGES
        for file in (ROOT / package).rglob("__init__.py")
        if len([*file.parent.glob("*.py"), *file.parent.glob("*/__init__.py")]) > 2
    }
    elsewhere = ("local_sagemaker.containers.toolkits.", "local_sagemaker.jumpstart.scripts")
    layered = {container for contract in LAYERS for container in contract["containers"]}
    assert sorted(room for room in rooms - layered if not room.startswith(elsewhere)) == []


def test_layers_are_exhaustive_and_without_exceptions() -> None:
    for contract in LAYERS:
        assert contract["exhaustive"], contract["name"]
        assert not contract.keys() & {"ignore_imports", "exhaustive_ignores"}, contract["name"]
    assert "exclude_type_checking_imports" not in PYPROJECT["tool"]["importlinter"]
