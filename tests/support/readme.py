"""The generated tables of the documents: ``python -m tests.support.readme`` updates them."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

from pipelines.settings.fields import Settings, option_name

README = Path(__file__).parents[2] / "README.md"
GUIDE = README.parent / "docs" / "guide.md"
SUPPORTED = GUIDE.parent / "local-sagemaker" / "supported.md"


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


def updated(document: Path) -> str:
    """The document's text with its generated table updated."""
    name, table = ("settings", settings_table()) if document == GUIDE else ("supported", supported_table())
    between = re.compile(rf"(<!-- {name} -->\n).*(<!-- /{name} -->)", re.DOTALL)
    text, found = between.subn(
        lambda match: match.group(1) + table + match.group(2), document.read_text(encoding="utf-8")
    )
    assert found == 1, f"{document} has no <!-- {name} --> table"
    return text


if __name__ == "__main__":
    for path in (GUIDE, SUPPORTED):
        path.write_text(updated(path), encoding="utf-8")
