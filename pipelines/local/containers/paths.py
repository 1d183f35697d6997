"""Where ``/opt/ml`` has to be spelled out: rewriting it for a process that cannot have it at that very path."""

from __future__ import annotations

import re
from pathlib import Path

_ML = re.compile(r"(?<![\w.-])/opt/ml(?![\w.-])")


def rewrite_ml(text: str, ml: Path) -> str:
    """The text with each path that begins with ``/opt/ml`` moved to the folder ``ml``."""
    return _ML.sub(lambda _: str(ml), text)
