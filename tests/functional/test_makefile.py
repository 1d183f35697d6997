"""The Makefile: which Python it accepts."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for file in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / file, tmp_path)
    return tmp_path


def run(checkout: Path, python: Path | str) -> tuple[int, str]:
    command = ["make", "--silent", "run", f"PYTHON={python}"]
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def interpreter(file: Path, version: tuple[int, int]) -> Path:
    """Write a command that runs ``-c CODE`` as another version of Python would."""
    file.parent.mkdir(parents=True, exist_ok=True)
    code = f"import sys; sys.version_info = (*{version}, 0); exec(sys.argv.pop(1))"
    file.write_text(f'#!/bin/sh\nshift\nexec {sys.executable} -c "{code}" "$@"\n')
    file.chmod(0o755)
    return file


@pytest.mark.parametrize("version", [(2, 7), (3, 10), (3, 15)])
def test_unsupported_python(checkout: Path, version: tuple[int, int]) -> None:
    python = interpreter(checkout / "python", version)
    code, error = run(checkout, python)
    assert code == 2
    assert f"{python} is Python {version[0]}.{version[1]}, which is not supported: name Python 3.11 to 3.14" in error
    assert not (checkout / ".venv").exists()


def test_missing_python(checkout: Path) -> None:
    code, error = run(checkout, "python-of-nowhere")
    assert code == 2
    assert "There is no python-of-nowhere: name Python 3.11 to 3.14" in error


def test_environment_of_another_python(checkout: Path) -> None:
    interpreter(checkout / ".venv" / "bin" / "python", (3, 12))
    (checkout / ".venv" / ".run-installed").touch()
    code, error = run(checkout, interpreter(checkout / "python", (3, 14)))
    assert code == 2
    assert ".venv has Python 3.12: delete it to use" in error
