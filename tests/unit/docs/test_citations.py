"""Code cites documents that exist, with a section that exists."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]
CODE = ("*.py", "*.toml", "*.yml", "*.yaml", "Makefile")


def _committed(*patterns: str) -> dict[str, str]:
    """The text of the committed files by name, each run of white space as one space."""
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    names = [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    return {name: re.sub(r"\s+", " ", (ROOT / name).read_text(encoding="utf-8")) for name in names}


def _is_wrong(document: Path, numbers: str) -> bool:
    text = document.read_text(encoding="utf-8") if document.exists() else ""
    return not text or any(f"\n## {number}. " not in text for number in re.findall(r"\d+", numbers))


def test_cited_documents_and_sections_exist() -> None:
    citation = re.compile(r"(docs/[\w/-]+\.md)(?:``)?((?:, sections? \d+(?:(?:, | and )\d+)*)?)")
    cited = [(name, *found) for name, text in _committed(*CODE).items() for found in citation.findall(text)]
    assert [each for each in cited if _is_wrong(ROOT / each[1], each[2])] == []


def test_no_section_is_cited_without_its_document() -> None:
    vague = re.compile(r"[Cc]ontracts,? section|(?<!\.md, )(?<!\.md``, )\bsections? \d|\(issue \d+\)")
    own = str(Path(__file__).relative_to(ROOT))
    assert [name for name, text in _committed("*.py").items() if name != own and vague.search(text)] == []
