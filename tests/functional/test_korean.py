"""README.ko.md is README.md in Korean: the same headings in the same order, the same commands, links and settings."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.readme import README

KOREAN = README.with_name("README.ko.md")


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


def test_same_headings() -> None:
    levels = [re.findall(r"^(#+) ", _prose(document), re.MULTILINE) for document in (README, KOREAN)]
    assert levels[0] == levels[1]
    titles = re.findall(r"^#+ (.*)", _prose(KOREAN), re.MULTILINE)
    assert all(re.search("[가-힣]", title) for title in titles if title != "RecordIO")


def test_same_code_blocks_and_commands() -> None:
    blocks = [re.findall(r"^```.*?^```", _text(document), re.MULTILINE | re.DOTALL) for document in (README, KOREAN)]
    assert blocks[0] == blocks[1]
    english, korean = _spans(README), _spans(KOREAN)
    assert english - korean == set(), "in README.md only"
    assert korean - english == set(), "in README.ko.md only"


def test_same_links_and_tables() -> None:
    links = [sorted(re.findall(r"\]\((?!README\.)([^)]+)\)", _prose(document))) for document in (README, KOREAN)]
    assert links[0] == links[1]
    rows = [len(re.findall(r"^\|", _prose(document), re.MULTILINE)) for document in (README, KOREAN)]
    assert rows[0] == rows[1]


def test_same_settings_and_defaults() -> None:
    assert _settings(README) == _settings(KOREAN)
