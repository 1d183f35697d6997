"""CONTRIBUTING.md agrees with the import contracts and with the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def _rows(heading: str) -> list[list[str]]:
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert section is not None, f"CONTRIBUTING.md has no section {heading}"
    table = [line for line in section[1].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def _layers(package: str) -> list[set[str]]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (contract,) = (each for each in contracts if each["type"] == "layers" and each.get("containers") == [package])
    return [{name.strip(" ()") for name in re.split("[|:]", layer)} for layer in contract["layers"]]


@pytest.mark.parametrize("package", ["pipelines", "local_sagemaker"])
def test_rooms_are_the_layers_of_the_contract(package: str) -> None:
    rooms = [re.findall(r"`(\w+)(?:/|\.py)`", row[0]) for row in _rows(f"Rooms of `{package}`")]
    left = [name for row in rooms for name in row]
    for layer in _layers(package):
        assert set(left[: len(layer)]) == layer
        left = left[len(layer) :]
    assert left == []
    for name in (name for row in rooms for name in row):
        assert (ROOT / package / name).is_dir() or (ROOT / package / f"{name}.py").is_file(), name


def test_answers_name_code_that_exists() -> None:
    answers = _rows("Where is it?")
    assert len(answers) >= 8
    for question, answer in answers:
        words = re.findall(r"`([^`]+)`", answer)
        files = [word for word in words if "/" in word]
        assert 1 <= len(files) <= 2, question
        text = "\n".join((ROOT / file).read_text(encoding="utf-8") for file in files)
        names = [word for word in words if "/" not in word]
        assert names, question
        defined = [name for name in names if re.search(rf"^\s*(?:def |class )?{name}\b\s*[(:=]", text, re.MULTILINE)]
        assert defined == names, question
