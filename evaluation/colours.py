"""The colours of pictures and report: each candidate has its own, told apart without red and green as well."""

from __future__ import annotations

from typing import Any

INK, GREY, LIGHT, BLUE = "#1f2933", "#7b8794", "#e4e7eb", "#2166ac"
LOW_TO_HIGH = ("#2166ac", "#d9d9d9", "#b2182b")
"""Of a feature's values, from the lowest to the highest."""
_CANDIDATES = ("#2166ac", "#d95f02", "#1b9e77", "#7b3294", "#a6761d")


def colours(report: dict[str, Any]) -> dict[str, str]:
    """A colour for each candidate, in their order, and grey for the baselines."""
    candidates = {name: _CANDIDATES[at % len(_CANDIDATES)] for at, name in enumerate(report["candidates"])}
    return {**candidates, **dict.fromkeys(report["baselines"], GREY)}
