"""The parts of the documents that are made from the code: ``python -m tests.support.readme`` writes them anew."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

from pipelines.settings import Settings, option_name

README = Path(__file__).parents[2] / "README.md"
LOCAL = Path(__file__).parents[2] / "docs" / "local.md"


def settings_table() -> str:
    lines = ["| option | default | environment variable | meaning |", "|---|---|---|---|"]
    for setting in dataclasses.fields(Settings):
        if setting.name == "tags":
            continue
        default = ",".join(setting.default) if isinstance(setting.default, tuple) else setting.default
        choices = setting.metadata["choices"]
        meaning = setting.metadata["help"] + (f": {', '.join(choices)}" if choices else "")
        variable = f"`{setting.metadata['env']}`" if setting.metadata["env"] else ""
        shown = f"`{default}`" if default not in (None, "") else ""
        lines.append(f"| `{option_name(setting)}` | {shown} | {variable} | {meaning} |")
    return "\n".join(lines) + "\n"


def supported_table() -> str:
    command = [sys.executable, "-m", "local_sagemaker", "supported"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def renewed(document: Path) -> str:
    """The document's text with its made parts made anew."""
    name, made = ("settings", settings_table()) if document == README else ("supported", supported_table())
    between = re.compile(rf"(<!-- {name} -->\n).*(<!-- /{name} -->)", re.DOTALL)
    text, found = between.subn(
        lambda match: match.group(1) + made + match.group(2), document.read_text(encoding="utf-8")
    )
    assert found == 1, f"{document} has no place for its {name}"
    return text


if __name__ == "__main__":
    for path in (README, LOCAL):
        path.write_text(renewed(path), encoding="utf-8")
