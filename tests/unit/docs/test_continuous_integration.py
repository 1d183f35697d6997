"""The files of GitHub Actions, pre-commit and the dev container are valid, run what exists, and contain no secret."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CONTAINER = ROOT / ".devcontainer" / "devcontainer.json"
SHELL = [*WORKFLOWS, CONTAINER]


def _lint(schema: str, *files: Path) -> None:
    pytest.importorskip("check_jsonschema", reason="run: make install-test")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_workflows_are_valid() -> None:
    _lint("vendor.github-workflows", *WORKFLOWS)


@pytest.mark.parametrize("file", SHELL, ids=lambda file: file.name)
def test_make_targets_exist(file: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", file.read_text(encoding="utf-8")))
    assert named
    assert named <= targets


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.name)
def test_workflow_needs_no_secret(workflow: Path) -> None:
    text = workflow.read_text(encoding="utf-8")
    assert not re.search(r"secrets\.|aws-access-key|AKIA|\d{12}", text)
    permissions = yaml.safe_load(text)["permissions"]
    assert permissions["contents"] == "read"
    assert ("role-to-assume" in text) == (permissions.get("id-token") == "write")


def test_options_of_the_run_exist() -> None:
    text = (ROOT / ".github" / "workflows" / "run.yml").read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pipelines", "run", "--help"], capture_output=True, text=True, check=True
    )
    given = text[text.index("pipelines.run") :]
    options = set(re.findall(r"--[a-z-]+", given))
    assert {"--upsert", "--start"} < options
    assert [option for option in options if option not in done.stdout] == []


def test_pre_commit_runs_what_make_check_runs() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    names = [hook["entry"].split()[0].removeprefix(".venv/bin/") for hook in hooks]
    check = re.search(r"^check:.*?\n\n", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert check is not None
    assert set(names) == set(re.findall(r"\$\(BIN\)/([\w-]+)", check[0])) - {"python"}


def test_dev_container_is_json() -> None:
    assert json.loads(CONTAINER.read_text(encoding="utf-8"))["postCreateCommand"] == "make install-test"
