"""Copies policies and the function of ``infra`` into its templates: ``python -m tests.support.template``.

CloudFormation can include files from S3 only. The templates must deploy without S3, so the files are copied into them,
shorter by comments, blank lines and line breaks, for which a template has no room, and a test compares both.
"""

from __future__ import annotations

import re
from pathlib import Path

INFRA = Path(__file__).parents[2] / "infra"
TEMPLATE, VIEWER = INFRA / "template.yaml", INFRA / "viewer.yaml"
BLOCK = re.compile(
    r"^(?P<indent> *)(?P<key>PolicyDocument:|ZipFile: \|)  # (?P<file>[a-z/-]+\.(?:yaml|py))\n(?:(?P=indent) +.*\n)*",
    re.MULTILINE,
)
LIST = re.compile(
    r"^(?P<key>(?P<indent> *)(?:Action|Resource|aws:SourceArn)):\n(?P<items>(?:(?P=indent)  - .*\n)+)", re.MULTILINE
)

STATEMENT = re.compile(
    r"^  - (Sid: \w+)\n    (Effect: \w+)\n    (Action: \[.*\])\n    (Resource: \[.*\])\n(?!    )", re.MULTILINE
)


def renewed(text: str) -> str:
    """Return the template's text with the current files."""
    return BLOCK.sub(_file, text)


def _file(block: re.Match[str]) -> str:
    indent, file = block["indent"], block["file"]
    lines = (INFRA / file).read_text(encoding="utf-8").splitlines()
    kept = "".join(f"{line}\n" for line in lines if line.strip() and not line.strip().startswith("#"))
    text = STATEMENT.sub(r"  - {\1, \2, \3, \4}\n", LIST.sub(_on_one_line, kept)) if file.endswith(".yaml") else kept
    body = "".join(f"{indent}  {line}\n" for line in text.splitlines())
    return f"{indent}{block['key']}  # {file}\n{body}"


def _on_one_line(found: re.Match[str]) -> str:
    items = re.findall(r"^ *- (.*)$", found["items"], re.MULTILINE)
    # Quoted, because some readers of YAML end a plain text in brackets at a colon.
    texts = (each if each.startswith(("!", '"')) else f'"{each}"' for each in items)
    return f"{found['key']}: [{', '.join(texts)}]\n"


if __name__ == "__main__":
    for template in (TEMPLATE, VIEWER):
        template.write_text(renewed(template.read_text(encoding="utf-8")), encoding="utf-8")
