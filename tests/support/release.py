"""Tags the version that CHANGELOG.md says: ``make release`` or ``python -m tests.support.release``.

The tag is annotated with the version's changes. Nothing is pushed.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEADING = re.compile(r"^## (\d+\.\d+\.\d+) \((.*)\)$", re.MULTILINE)


class NotReady(Exception):
    """The checkout cannot be released; the message says what to do."""


def newest(folder: Path) -> tuple[str, str, str]:
    """The version, the date (or ``unreleased``) and the changes at the top of the changelog."""
    text = (folder / "CHANGELOG.md").read_text(encoding="utf-8")
    first, *later = HEADING.finditer(text)
    changes = text[first.end() : later[0].start() if later else None]
    return first[1], first[2], changes.strip()


def package_version(folder: Path) -> str:
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def tag(folder: Path) -> str:
    """Tag the commit of a clean checkout with the changelog's newest version; return the tag."""
    version, date, changes = newest(folder)
    name, packaged = f"v{version}", package_version(folder)
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", date):
        raise NotReady(f"CHANGELOG.md says {version} ({date}): write the date of the release in place of {date}.")
    if packaged != version:
        raise NotReady(f"pyproject.toml has version {packaged}, CHANGELOG.md {version}: make them the same.")
    if _git(folder, "status", "--porcelain"):
        raise NotReady("The checkout has changes: commit them first.")
    if _git(folder, "tag", "--list", name):
        raise NotReady(f"{name} is tagged already: begin a new version in CHANGELOG.md and pyproject.toml.")
    _git(folder, "tag", "--annotate", "--cleanup=verbatim", "--message", f"boostpipe {version}\n\n{changes}", name)
    return name


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def main() -> int:
    try:
        name = tag(ROOT)
    except NotReady as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    sys.stdout.write(f"Tagged {name}. Publish it with: git push origin {name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
