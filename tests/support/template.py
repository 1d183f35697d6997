"""Copies the policies of ``infra/policies`` into the templates of ``infra``: ``python -m tests.support.template``.

CloudFormation can include files from S3 only. The templates must deploy without S3, so the files are copied into them
with their comments, and a test compares both.
"""

from __future__ import annotations

import re
from pathlib import Path

INFRA = Path(__file__).parents[2] / "infra"
TEMPLATE, VIEWER = INFRA / "template.yaml", INFRA / "viewer.yaml"
BLOCK = re.compile(
    r"^(?P<indent> *)PolicyDocument:  # (?P<file>policies/[a-z-]+\.yaml)\n(?:(?P=indent) +.*\n)*", re.MULTILINE
)


def renewed(text: str) -> str:
    """Return the template's text with the current policies."""
    return BLOCK.sub(_policy, text)


def _policy(block: re.Match[str]) -> str:
    indent, file = block["indent"], block["file"]
    lines = (INFRA / file).read_text(encoding="utf-8").splitlines()
    body = "".join(f"{indent}  {line}\n" for line in lines)
    return f"{indent}PolicyDocument:  # {file}\n{body}"


if __name__ == "__main__":
    for template in (TEMPLATE, VIEWER):
        template.write_text(renewed(template.read_text(encoding="utf-8")), encoding="utf-8")
