"""axe-core, which finds what keeps a page from readers with a screen reader, or with weak eyes.

https://github.com/dequelabs/axe-core
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.support.browser import Page

PACKAGE = "axe-core@4.14.1"
SERIOUS = ("serious", "critical")
_RUN = """axe.run(document, {resultTypes: ['violations']}).then(({violations}) => violations.map(each => (
  {id: each.id, impact: each.impact, at: each.nodes.slice(0, 3).map(node => `${node.target} ${node.html}`)})))"""


def install(folder: Path) -> str | None:
    """The script, which npm installs in a folder unless it is there; None without npm or its registry."""
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    npm = shutil.which("npm")
    if not script.exists() and npm is not None:
        command = [
            npm,
            "install",
            "--no-save",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
            folder,
            PACKAGE,
        ]
        subprocess.run(command, capture_output=True, timeout=120, check=False)
    return script.read_text(encoding="utf-8") if script.exists() else None


def serious_findings(page: Page, script: str) -> list[dict[str, Any]]:
    """What axe-core finds serious in an open page: the rule, and the first elements that break it."""
    page.evaluate(f"{script};0")
    found: list[dict[str, Any]] = page.evaluate(_RUN)
    return [each for each in found if each["impact"] in SERIOUS]
