"""A release is what CHANGELOG.md and pyproject.toml say, tagged once from a clean checkout."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.release import ROOT, NotReady, newest, package_version, tag

CHANGELOG = "# Changelog\n\n## 1.1.0 ({date})\n- New.\n\n### Read\n- Docs.\n\n## 1.0.0 (2026-01-01)\n- Old.\n"


def _git(folder: Path, *arguments: str) -> str:
    own = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    return subprocess.run(["git", *own, *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, "a@example.org")
    _git(tmp_path, "init", "--quiet")
    _write(tmp_path, date="2026-02-01", version="1.1.0")
    return tmp_path


def _write(folder: Path, *, date: str, version: str) -> None:
    (folder / "CHANGELOG.md").write_text(CHANGELOG.format(date=date), encoding="utf-8")
    (folder / "pyproject.toml").write_text(f'[project]\nversion = "{version}"\n', encoding="utf-8")
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message", "Change")


def test_the_tag_has_the_changes_of_its_version(checkout: Path) -> None:
    assert tag(checkout) == "v1.1.0"
    message = _git(checkout, "tag", "--list", "--format=%(contents)", "v1.1.0")
    assert message.strip() == "boostpipe 1.1.0\n\n- New.\n\n### Read\n- Docs."
    with pytest.raises(NotReady, match=r"v1\.1\.0 is tagged already"):
        tag(checkout)


@pytest.mark.parametrize(
    ("date", "version", "expected"),
    [("unreleased", "1.1.0", "write the date"), ("2026-02-01", "1.0.0", "make them the same")],
)
def test_what_is_not_ready_gets_no_tag(checkout: Path, date: str, version: str, expected: str) -> None:
    _write(checkout, date=date, version=version)
    with pytest.raises(NotReady, match=expected):
        tag(checkout)
    assert _git(checkout, "tag") == ""


def test_uncommitted_changes_get_no_tag(checkout: Path) -> None:
    (checkout / "new").touch()
    with pytest.raises(NotReady, match="commit them first"):
        tag(checkout)


def test_changelog_and_package_have_the_same_version() -> None:
    assert newest(ROOT)[0] == package_version(ROOT)
