"""Paths of containers: ``/opt/ml`` for a process that cannot have it at that very path, and unfinished files."""

from __future__ import annotations

import re
from pathlib import Path

UNFINISHED = ".sagemaker-ignore"
"""How containers of SageMaker end the name of a file that they are still writing."""

_ML = re.compile(r"(?<![\w.-])/opt/ml(?![\w.-])")


def rewrite_ml(text: str, ml: Path) -> str:
    """The text with each path that begins with ``/opt/ml`` moved to the folder ``ml``."""
    return _ML.sub(lambda _: str(ml), text)
