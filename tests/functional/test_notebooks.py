"""The course's notebooks. The normal tests run the shortest one; ``make notebooks`` runs all of them."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.support.notebooks import NOTEBOOKS, ROOT, differences, execute, read

MOST_BYTES = 400_000
HANGUL = re.compile("[가-힣]")


def test_the_first_notebook_prints_what_its_file_contains(tmp_path):
    first = NOTEBOOKS[0]
    state = tmp_path / "state"
    try:
        assert differences(first, execute(first, state)) == []
    finally:
        stop = [sys.executable, "-m", "local_sagemaker", "stop", "--state-dir", str(state)]
        subprocess.run(stop, check=False, cwd=ROOT, capture_output=True)


def test_another_output_is_reported():
    first = NOTEBOOKS[0]
    changed = read(first)
    cell = next(cell for cell in changed["cells"] if cell["cell_type"] == "code" and cell["outputs"])
    cell["outputs"][0]["text"] = "aws"
    (found,) = differences(first, changed)
    assert "the code prints\naws" in found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_small_executed_and_bilingual(path):
    notebook = read(path)
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    texts = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    assert path.stat().st_size < MOST_BYTES
    assert [cell["execution_count"] for cell in code] == [*range(1, len(code) + 1)]
    assert not any(output["output_type"] == "error" for cell in code for output in cell["outputs"])
    assert all(HANGUL.search(text) for text in texts)
    assert any("<details>" in text for text in texts)
    assert "workflow.close()" in code[-1]["source"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_contain_no_path_or_warning_of_a_machine(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"/(home|root|Users|tmp|work)/|site-packages|stderr", text)
