"""The commands that documents tell their readers to type."""

from __future__ import annotations

import re
from pathlib import Path


def code_blocks(document: Path, language: str) -> list[str]:
    """What stands in the code blocks in a language."""
    text = document.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(document: Path, language: str = "sh") -> list[str]:
    """Every line of the code blocks in a language, lines that end in a backslash joined with the next."""
    blocks = code_blocks(document, language)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
