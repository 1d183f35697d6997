"""The Korean README and guide have the headings, commands, links and settings of the English ones, in their order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.readme import GUIDE, README

KOREAN = {document: document.with_name(f"{document.stem}.ko.md") for document in (README, GUIDE)}
PAIRS = pytest.mark.parametrize(("english", "korean"), KOREAN.items(), ids=lambda document: document.name)


def _text(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def _prose(document: Path) -> str:
    return re.sub(r"^```.*?^```", "", _text(document), flags=re.MULTILINE | re.DOTALL)


def _spans(document: Path) -> set[str]:
    return {re.sub(r"\s+", " ", span) for span in re.findall(r"`([^`]+)`", _prose(document))}


def _settings(document: Path) -> list[list[str]]:
    table = re.search(r"<!-- settings -->\n(.*?)<!-- /settings -->", _text(document), re.DOTALL)
    assert table is not None
    return [[cell.strip() for cell in row.split("|")[1:4]] for row in table[1].splitlines()[2:]]


@PAIRS
def test_same_headings(english: Path, korean: Path) -> None:
    levels = [re.findall(r"^(#+) ", _prose(document), re.MULTILINE) for document in (english, korean)]
    assert levels[0] == levels[1]
    titles = re.findall(r"^#+ (.*)", _prose(korean), re.MULTILINE)
    assert all(re.search("[가-힣]", title) for title in titles if title not in {"RecordIO", "MLflow"})


@PAIRS
def test_code_blocks_are_the_same_byte_for_byte(english: Path, korean: Path) -> None:
    """So a block that runs in English runs in Korean."""
    blocks = [re.findall(rb"^```.*?^```", each.read_bytes(), re.MULTILINE | re.DOTALL) for each in (english, korean)]
    assert len(blocks[0]) >= 4
    assert blocks[0] == blocks[1]


@PAIRS
def test_same_commands(english: Path, korean: Path) -> None:
    spans = _spans(english), _spans(korean)
    assert spans[0] - spans[1] == set(), f"in {english.name} only"
    assert spans[1] - spans[0] == set(), f"in {korean.name} only"


@PAIRS
def test_same_links_and_tables(english: Path, korean: Path) -> None:
    links = [
        sorted(link.replace(".ko.md", ".md") for link in re.findall(r"\]\(([^)]+)\)", _prose(document)))
        for document in (english, korean)
    ]
    assert links[0] == links[1]
    rows = [len(re.findall(r"^\|", _prose(document), re.MULTILINE)) for document in (english, korean)]
    assert rows[0] == rows[1]


def test_same_settings_and_defaults() -> None:
    assert _settings(GUIDE) == _settings(KOREAN[GUIDE])
