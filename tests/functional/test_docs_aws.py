"""The guide docs/aws.md works word by word against the local service."""

from __future__ import annotations

import ast
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import Run, environment, typed_in_a_terminal
from tests.support import warm
from tests.support.aws import quotas_answer, simulated_answer, standing_in_for_aws
from tests.support.documents import code_blocks, commands
from tests.support.service import serving

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "aws.md"
FIRST_RUN = ROOT / "docs" / "first-run.md"


@pytest.mark.slow
def test_guide_works(tmp_path: Path, cache: Path, unmarked_data: Path) -> None:
    """Answers every question with yes. Only ``make`` runs in the clone: no other command may change it."""
    with serving(tmp_path / "state") as service, standing_in_for_aws(service.endpoint_url) as aws:
        aws.answers["ListServiceQuotas"] = lambda _request: quotas_answer()
        aws.answers["SimulatePrincipalPolicy"] = simulated_answer
        own = {**service.environment, "AWS_ENDPOINT_URL": aws.url, "AWS_REGION": "us-east-1"}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        variables = environment(cache, **own, SEOUL_BIKE_DATA=str(unmarked_data), PATH=path)
        output = {}
        for command in commands(DOCUMENT):
            folder = ROOT if command.startswith("make ") else tmp_path
            code, output[command] = typed_in_a_terminal(command, folder, variables, answers="y\n" * 3)
            assert code == 0, f"{command}\n{output[command]}"
    assert len(output) >= 15
    assert "0 failures" in output["boostpipe doctor --target aws"]
    assert "Succeeded after" in output["boostpipe executions wait --target aws"]
    assert "deleted pipeline SeoulBikeDemand" in output["boostpipe teardown --target aws"]


def test_doctor_messages_are_documented() -> None:
    text = re.sub(r"\s+", " ", DOCUMENT.read_text(encoding="utf-8"))
    messages = [
        message
        for file in sorted((ROOT / "pipelines" / "admin" / "doctor").glob("*.py"))
        for message in _messages(file)
    ]
    assert len(messages) > 15
    assert [message for message in messages if message not in text] == []


def _messages(file: Path) -> list[str]:
    """The longest literal of the message of every warning and failure, if it is long enough to be distinct."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) > 1]
    findings = [call for call in calls if getattr(call.func, "id", "") in ("warning", "failure")]
    pieces = (_pieces(tree, call.args[1]) for call in findings)
    longest = [max(each, key=len, default="").strip(" ;:,.()") for each in pieces]
    return [piece for piece in longest if len(piece) > 8]


def _pieces(tree: ast.AST, message: ast.expr) -> list[str]:
    """The literals of an expression; a name stands for its last assignment before."""
    if isinstance(message, ast.Name):
        assigned = [node for node in ast.walk(tree) if isinstance(node, ast.Assign) and node.lineno < message.lineno]
        named = [node for node in assigned if getattr(node.targets[0], "id", "") == message.id]
        message = max(named, key=lambda node: node.lineno).value
    parts = [part.value for part in ast.walk(message) if isinstance(part, ast.Constant)]
    return [part for part in parts if isinstance(part, str)]


def test_estimate_is_the_output_of_the_command(run: Run) -> None:
    (block,) = (each for each in code_blocks(DOCUMENT, "text") if "One execution:" in each)
    assert run("--estimate").stdout == block


def test_every_claim_has_a_command_that_settles_it() -> None:
    claims, settled = (
        re.findall(r"^\| (\d+) \|", file.read_text("utf-8"), re.MULTILINE) for file in (DOCUMENT, FIRST_RUN)
    )
    assert claims == settled == [str(number + 1) for number in range(len(claims))]


@pytest.mark.parametrize("document", [DOCUMENT, FIRST_RUN], ids=["aws", "first-run"])
def test_options_of_the_commands_exist(document: Path) -> None:
    in_tables = re.findall(r"`(boostpipe [^`]+)`", document.read_text(encoding="utf-8"))
    for command in [*commands(document), *in_tables]:
        name, *words = command.split()
        if name != "boostpipe":
            continue
        path = list(itertools.takewhile(lambda word: re.fullmatch("[a-z]+", word), words[:2]))
        call = [warm.python(), "-m", "pipelines", *path, "--help"]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        assert done.returncode == 0, command
        for option in re.findall(r"(--[a-z-]+)", command):
            assert option in done.stdout, command
