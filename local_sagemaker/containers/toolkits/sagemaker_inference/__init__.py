"""The inference toolkit: content types, encoder, decoder, errors."""

from __future__ import annotations

import sys
from pathlib import Path

_HOUSE = str(Path(__file__).resolve().parents[4])
if _HOUSE not in sys.path:
    sys.path.append(_HOUSE)  # behind everything else: a script's own modules come first
