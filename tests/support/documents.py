"""The commands and code blocks of the documents."""

from __future__ import annotations

import re
from pathlib import Path


def code_blocks(document: Path, language: str) -> list[str]:
    """The contents of the code blocks in a language."""
    text = document.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(document: Path, language: str = "sh") -> list[str]:
    """The commands in the code blocks in a language; a backslash at the end of a line continues the command."""
    blocks = code_blocks(document, language)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
