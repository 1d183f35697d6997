"""Pinned packages: what is installed is what was tested, by its hash."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CONSTRAINTS, REQUIREMENTS = ROOT / "constraints.txt", ROOT / "evaluation" / "requirements.txt"


def pins(file: Path) -> dict[str, str]:
    """Map each pin to the lines of its hashes."""
    blocks = re.split(r"^(?=[a-z0-9])", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return dict(block.split(" \\\n", 1) for block in blocks)


@pytest.mark.parametrize("file", [CONSTRAINTS, REQUIREMENTS], ids=lambda file: file.name)
def test_every_package_has_an_exact_version_and_hashes(file: Path) -> None:
    assert file.read_text(encoding="utf-8")[0].isalnum()
    for pin, hashes in pins(file).items():
        assert re.match(r"[a-z0-9.-]+==\S+", pin)
        assert re.fullmatch(r"(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+", hashes), pin


def test_the_evaluation_installs_what_was_tested() -> None:
    requirements = pins(REQUIREMENTS).keys()
    assert requirements <= {pin.split(" ;")[0] for pin in pins(CONSTRAINTS)}
    names = {pin.split("==")[0] for pin in requirements}
    assert {"catboost", "lightgbm", "plotly"} <= names
    assert {"numpy", "pandas", "scipy"}.isdisjoint(names), "the image has them"
