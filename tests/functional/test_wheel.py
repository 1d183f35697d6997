"""The wheel, installed into an environment of its own and used in a folder with packages of the same names."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from pipelines.data.sample import generate_sample
from tests.support.service import serving

ROOT = Path(__file__).parents[2]
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
BUNDLES = """
import json, sys
from pipelines.data.code_bundles import bundles
from pipelines.settings.table import read_table
sys.path.insert(0, "")
print(json.dumps({bundle.name: sorted(bundle.files) for bundle in bundles(read_table(None))}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build from a copy, as building writes into the source folder."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run([sys.executable, "-c", BUILD, built], cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (found,) = built.glob("boostpipe-*.whl")
    return found


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; its dependencies come from this one, which takes no download."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    # The editable install beside the dependencies stays out: files such as its .pth work in a site folder only.
    (site,) = folder.glob("lib/python3*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", "--ignore-installed", wheel], check=True)
    return folder


@pytest.fixture
def seed_project(tmp_path: Path) -> Iterator[Path]:
    """A folder with packages of its own, as AWS's seed projects have. Importing one of them fails."""
    for package in PACKAGES:
        if package == "local_sagemaker":
            continue
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(f"raise ImportError('{package} of the seed project')\n")
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


def test_contains_every_file_of_the_packages(wheel: Path) -> None:
    contained = set(zipfile.ZipFile(wheel).namelist())
    files = {file for package in PACKAGES for file in (ROOT / package).rglob("*") if file.is_file()}
    assert {str(file.relative_to(ROOT)) for file in files if "__pycache__" not in file.parts} <= contained


@pytest.mark.parametrize("module", [[], ["-m", "local_sagemaker"]], ids=["script", "module"])
def test_service_runs_beside_other_packages(environment: Path, seed_project: Path, module: list[str]) -> None:
    command = [environment / "bin" / ("python" if module else "local-sagemaker"), *module]
    with serving(seed_project / "state", command=command) as server:
        sagemaker = boto3.client("sagemaker", **server.client_arguments)
        assert sagemaker.list_pipelines()["PipelineSummaries"] == []


def test_bundles_are_the_installed_ones(environment: Path, seed_project: Path) -> None:
    command = [environment / "bin" / "python", "-P", "-c", BUNDLES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name, files in json.loads(done.stdout).items():
        assert {f"{name}/__init__.py", f"{name}/errors.py"} < set(files)


def test_commands_are_installed(environment: Path, seed_project: Path) -> None:
    commands = (("boostpipe", "run"), ("local-sagemaker",), ("get-pipeline-definition",), ("run-pipeline",))
    for name, *arguments in commands:
        done = subprocess.run(
            [environment / "bin" / name, *arguments, "--help"], capture_output=True, text=True, check=False
        )
        assert (done.returncode, "usage" in done.stdout.lower()) == (0, True), name


def test_installed_command_runs_a_sample(environment: Path, seed_project: Path) -> None:
    (seed_project / "sample.csv").write_bytes(generate_sample())
    options = [
        "--upsert",
        "--start",
        "--task",
        "regression",
        "--algorithms",
        "xgboost",
        "--data",
        "sample.csv",
        "--json",
    ]
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAGEMAKER_"))}
    done = subprocess.run(
        [environment / "bin" / "boostpipe", "run", *options, "--keep-alive", "0", "--json"],
        env=own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["tasks"]["regression"]["generated_sample"] is True
