"""Puts the policies of ``infra/policies`` into ``infra/template.yaml``: ``python -m tests.support.template``.

CloudFormation can include a file only from S3, and a template that deploys as it lies in the repository is worth
more: so the files are copied in, comments and all, and a test holds the two together.
"""

from __future__ import annotations

import re
from pathlib import Path

INFRA = Path(__file__).parents[2] / "infra"
TEMPLATE = INFRA / "template.yaml"
PLACE = re.compile(
    r"^(?P<indent> *)PolicyDocument:  # (?P<file>policies/[a-z-]+\.yaml)\n(?:(?P=indent) +.*\n)*", re.MULTILINE
)


def renewed(text: str) -> str:
    """Give the template's text with every policy as its file has it now."""
    return PLACE.sub(_policy, text)


def _policy(place: re.Match[str]) -> str:
    indent, file = place["indent"], place["file"]
    lines = (INFRA / file).read_text(encoding="utf-8").splitlines()
    body = "".join(f"{indent}  {line}\n" for line in lines)
    return f"{indent}PolicyDocument:  # {file}\n{body}"


if __name__ == "__main__":
    TEMPLATE.write_text(renewed(TEMPLATE.read_text(encoding="utf-8")), encoding="utf-8")
