"""Paths in containers: rewriting ``/opt/ml`` for processes without a mount of their own, and unfinished files."""

import re
from pathlib import Path

UNFINISHED = ".sagemaker-ignore"
"""The suffix that SageMaker's containers give to a file while they write it."""

_ML = re.compile(r"(?<![\w.-])/opt/ml(?![\w.-])")


def rewrite_ml(text: str, ml: Path) -> str:
    """Replace ``/opt/ml`` by the folder ``ml`` in each path that begins with it."""
    return _ML.sub(lambda _: str(ml), text)
