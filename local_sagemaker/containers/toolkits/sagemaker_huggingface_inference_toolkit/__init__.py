"""Hugging Face's inference toolkit, as far as scripts import it: content types, encoder and decoder."""

from __future__ import annotations

import sys
from pathlib import Path

_HOUSE = str(Path(__file__).resolve().parents[4])
if _HOUSE not in sys.path:
    sys.path.append(_HOUSE)  # behind everything else: a script's own modules come first
