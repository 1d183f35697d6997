"""Seoul's bikes are one data set: only their own folders know them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = ("pipelines", "processing_scripts", "evaluation", "html_page")
OWN = "seoul_bike"
WORDS = re.compile(
    r"seoul|bike|rental|rented|rainfall|snowfall|functioning|holiday|seasons?\b|closed day", re.IGNORECASE
)
TEXTS = {".py", ".json", ".html", ".js", ".toml"}
EXCEPTIONS = {
    "pipelines/cli/common/translations.json": "the unit of the bikes' tasks",
    "pipelines/data/sample.py": "the sample of the default data set, for a machine without network",
    "pipelines/settings/table.py": "the default data set",
    "pipelines/settings/fields.py": "the help names the default data set",
    "pipelines/cli/seed_code.py": "the seed code of a SageMaker project calls the bikes' pipeline",
    "processing_scripts/preprocess.py": "the default data set",
}


class WithoutDocstrings(ast.NodeTransformer):
    """Leave out docstrings, which may name the example that every page uses."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return ast.copy_location(ast.Pass(), node) if text else node


def found(file: Path) -> list[str]:
    """Return the lines of a file with words of the bikes; of Python, those of code."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        text = ast.unparse(WithoutDocstrings().visit(ast.parse(text)))
    return [line.strip() for line in text.splitlines() if WORDS.search(line)]


@pytest.mark.parametrize("package", PACKAGES)
def test_no_word_of_the_bikes_outside_their_folders(package: str) -> None:
    files = (file for file in (ROOT / package).rglob("*") if file.suffix in TEXTS and OWN not in file.parts)
    known = {name: found(file) for file in files if (name := file.relative_to(ROOT).as_posix()) not in EXCEPTIONS}
    assert {name: lines for name, lines in known.items() if lines} == {}


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_every_exception_is_needed(name: str) -> None:
    assert found(ROOT / name)
