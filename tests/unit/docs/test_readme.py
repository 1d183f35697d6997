"""The documents say what the program does."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.readme import LOCAL, README, renewed

ROOT = README.parent


@pytest.mark.parametrize("document", [README, LOCAL], ids=["settings", "supported"])
def test_what_the_documents_say_of_the_code_is_made_from_the_code(document: Path) -> None:
    assert document.read_text(encoding="utf-8") == renewed(document), "python -m tests.support.readme"


def test_every_link_to_a_file_leads_to_one() -> None:
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")]:
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / link).exists(), f"{document.name} links to {link}"


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in (ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        named = set(re.findall(r"`make ([a-z-]+)", document.read_text(encoding="utf-8")))
        assert named <= targets


def test_every_room_of_the_house_is_there() -> None:
    rooms = (
        "pipelines/run.py pipelines/settings.py pipelines/definition/dag.py pipelines/definition/steps "
        "pipelines/definition/algorithms "
        "pipelines/data/dataset.py pipelines/target.py local_sagemaker processing_scripts evaluation "
        "infra/template.yaml tests/unit tests/functional tests/conformance tests/performance"
    )
    assert [room for room in rooms.split() if not (ROOT / room).exists()] == []


def test_no_committed_file_names_a_registry_host_or_holds_the_data_set() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [ROOT / name for name in listed.stdout.splitlines()]
    assert "SeoulBikeData.csv" not in [file.name for file in files]
    constraints = (ROOT / "constraints.txt").read_text()
    assert "://" not in constraints
