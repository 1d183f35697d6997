"""The README's settings table, made from the table of settings: ``python -m tests.support.readme`` writes it anew."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from pipelines.settings import Settings, option_name

README = Path(__file__).parents[2] / "README.md"
BETWEEN = re.compile(r"(<!-- settings -->\n).*(<!-- /settings -->)", re.DOTALL)


def settings_table() -> str:
    lines = ["| option | default | environment variable | meaning |", "|---|---|---|---|"]
    for setting in dataclasses.fields(Settings):
        if setting.name == "tags":
            continue
        default = ",".join(setting.default) if isinstance(setting.default, tuple) else setting.default
        choices = setting.metadata["choices"]
        meaning = setting.metadata["help"] + (f": {', '.join(choices)}" if choices else "")
        variable = f"`{setting.metadata['env']}`" if setting.metadata["env"] else ""
        shown = f"`{default}`" if default is not None else ""
        lines.append(f"| `{option_name(setting)}` | {shown} | {variable} | {meaning} |")
    return "\n".join(lines) + "\n"


def with_settings(text: str) -> str:
    return BETWEEN.sub(lambda found: found.group(1) + settings_table() + found.group(2), text)


if __name__ == "__main__":
    README.write_text(with_settings(README.read_text(encoding="utf-8")), encoding="utf-8")
