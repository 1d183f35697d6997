"""Hugging Face's inference toolkit: the parts that scripts import."""

import sys
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[4])
if _ROOT not in sys.path:
    sys.path.append(_ROOT)  # last: a script's own modules take precedence
