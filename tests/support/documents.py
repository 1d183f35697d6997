"""The commands and code blocks of the documents."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path


def code_blocks(document: Path, language: str) -> list[str]:
    """The contents of the code blocks in a language."""
    text = document.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def run_blocks(blocks: Iterable[str], folder: Path, variables: Mapping[str, str]) -> str:
    """Run blocks of shell commands in order, each of which must succeed; return what they print."""
    printed = ""
    for block in blocks:
        done = subprocess.run(
            ["sh", "-eu", "-c", block], cwd=folder, env=variables, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        printed += done.stdout
    return printed


def commands(document: Path, language: str = "sh") -> list[str]:
    """The commands in the code blocks in a language; a backslash at the end of a line continues the command."""
    blocks = code_blocks(document, language)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
