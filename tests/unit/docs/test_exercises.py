"""docs/exercises.md: every promise of the course leads to a place and to a test that exists and runs by default."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "exercises.md"
SECTIONS = ("1.1", "1.2", "2.2", "2.3", "3.1", "3.2", "4.1", "4.2", "4.3", "4.4", "5.1", "5.2", "5.3", "6", "7", "8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d.*\]\(.*_.*\.py\) \|$", line)
]


def _tests(file: Path) -> set[str]:
    """The tests of a file that are not slow; a file that is slow as a whole has none."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    if re.search(r"^pytestmark = .*mark\.slow", file.read_text(encoding="utf-8"), re.MULTILINE):
        return set()
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    slow = {one.name for one in functions if "pytest.mark.slow" in map(ast.unparse, one.decorator_list)}
    return {one.name for one in functions} - slow


def test_every_section_of_the_course() -> None:
    assert {section for row in ROWS for section in row[0].split(", ")} == set(SECTIONS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_promise_is_tested(row: list[str]) -> None:
    name, path = re.fullmatch(r"\[(test_\w+)\]\((.*)\)", row[3]).groups()
    assert name in _tests((PAGE.parent / path).resolve())
    place = re.fullmatch(r"\[.+\]\(([^#)]+)(#.*)?\)", row[2])
    assert place is not None
    assert (PAGE.parent / place[1]).exists()
