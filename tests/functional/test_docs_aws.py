"""docs/aws.md, followed word by word: its commands in their order, with SageMaker on this machine in AWS's place."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import Run, environment, typed_in_a_terminal
from tests.support.aws import quotas_answer, simulated_answer, standing_in_for_aws
from tests.support.documents import code_blocks, commands
from tests.support.service import serving

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "aws.md"


@pytest.mark.slow
def test_every_command_of_the_document_does_what_it_says(tmp_path: Path, cache: Path, unmarked_data: Path) -> None:
    """Questions are answered with yes; only ``make`` runs in the clone, so that the clone stays as it is."""
    with serving(tmp_path / "state") as service, standing_in_for_aws(service.endpoint_url) as aws:
        aws.answers["ListServiceQuotas"] = lambda _request: quotas_answer()
        aws.answers["SimulatePrincipalPolicy"] = simulated_answer
        own = {**service.environment, "AWS_ENDPOINT_URL": aws.url, "AWS_REGION": "us-east-1"}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        variables = environment(cache, **own, SEOUL_BIKE_DATA=str(unmarked_data), PATH=path)
        said = {}
        for command in commands(DOCUMENT):
            folder = ROOT if command.startswith("make ") else tmp_path
            code, said[command] = typed_in_a_terminal(command, folder, variables, answers="y\n" * 3)
            assert code == 0, f"{command}\n{said[command]}"
    assert len(said) >= 15
    assert "0 failures" in said["python -m pipelines doctor --target aws"]
    assert "Succeeded after" in said["python -m pipelines executions wait --target aws"]
    assert "removed pipeline SeoulBikeDemand" in said["python -m pipelines teardown --target aws"]


def test_every_message_of_the_doctor_stands_in_the_document_with_its_cure() -> None:
    text = re.sub(r"\s+", " ", DOCUMENT.read_text(encoding="utf-8"))
    messages = [message for file in sorted((ROOT / "pipelines" / "doctor").glob("*.py")) for message in _messages(file)]
    assert len(messages) > 15
    assert [message for message in messages if message not in text] == []


def _messages(file: Path) -> list[str]:
    """The longest literal piece of the words of every warning and failure, if it is told from others by it."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) > 1]
    told = [call for call in calls if getattr(call.func, "id", "") in ("warning", "failure")]
    pieces = (_pieces(tree, call.args[1]) for call in told)
    longest = [max(each, key=len, default="").strip(" ;:,.()") for each in pieces]
    return [piece for piece in longest if len(piece) > 8]


def _pieces(tree: ast.AST, words: ast.expr) -> list[str]:
    """The literal parts of an expression; a name is what was assigned to it last before."""
    if isinstance(words, ast.Name):
        assigned = [node for node in ast.walk(tree) if isinstance(node, ast.Assign) and node.lineno < words.lineno]
        named = [node for node in assigned if getattr(node.targets[0], "id", "") == words.id]
        words = max(named, key=lambda node: node.lineno).value
    parts = [part.value for part in ast.walk(words) if isinstance(part, ast.Constant)]
    return [part for part in parts if isinstance(part, str)]


@pytest.mark.xdist_group("definitions")
def test_the_estimate_in_the_document_is_what_the_command_says(run: Run) -> None:
    (block,) = (each for each in code_blocks(DOCUMENT, "text") if "One execution:" in each)
    assert run("--estimate").stdout == block


def test_the_commands_of_the_document_exist() -> None:
    """Cheaply: every verb and option that is named in a command is in that command's help."""
    for command in commands(DOCUMENT):
        if not command.startswith("python -m "):
            continue
        words = command.split()
        verbs = [word for word in words[3:4] if re.fullmatch("[a-z]+", word)]
        done = subprocess.run(
            [sys.executable, *words[1:3], *verbs, "--help"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, command
        for option in re.findall(r"(--[a-z-]+)", command):
            assert option in done.stdout, command
