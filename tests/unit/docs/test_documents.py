"""The documents agree with the program: generated tables, links and make targets."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.readme import GUIDE, README, SUPPORTED, updated

ROOT = README.parent
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


@pytest.mark.parametrize("document", [GUIDE, SUPPORTED], ids=["settings", "supported"])
def test_generated_tables(document: Path) -> None:
    assert document.read_text(encoding="utf-8") == updated(document), "run: python -m tests.support.readme"


def _anchors(document: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def _is_broken(document: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = document.parent / path if path else document
    return not target.exists() or bool(anchor and anchor not in _anchors(target))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.relative_to(ROOT)))
def test_links(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)]+)", document.read_text(encoding="utf-8"))
    assert [link for link in links if _is_broken(document, link)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.relative_to(ROOT)))
def test_pages_of_the_site_load_no_script_from_elsewhere(document: Path) -> None:
    assert "```mermaid" not in document.read_text(encoding="utf-8")  # its script comes from another host


def test_first_screen_is_short() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(re.sub(r"\]\([^)]*\)", "]", text).split()) <= 1200
    assert text.count("![") == 2


def test_make_targets() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for document in DOCUMENTS for name in re.findall(r"`make ([a-z-]+)", document.read_text("utf-8"))}
    assert named - targets == set()


def test_no_data_set_and_no_registry_address_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files", "*.csv"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "SeoulBikeData" not in listed.stdout
    assert "://" not in (ROOT / "constraints.txt").read_text()
