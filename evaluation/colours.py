"""The colours of pictures and report: each candidate has its own, told apart without red and green as well."""

from __future__ import annotations

from typing import Any

INK, GREY, LIGHT, BLUE = "#1f2933", "#7b8794", "#e4e7eb", "#2166ac"
LOW_TO_HIGH = ("#2166ac", "#d9d9d9", "#b2182b")
"""Of a feature's values, from the lowest to the highest."""
_CANDIDATES = ("#2166ac", "#d95f02", "#1b9e77", "#7b3294", "#a6761d")
ON_DARK = {
    INK: "#e4e8ee",
    GREY: "#93a0b0",
    LIGHT: "#313a45",
    "#2166ac": "#6cabea",
    "#d95f02": "#f3994f",
    "#1b9e77": "#42c99c",
    "#7b3294": "#c390e2",
    "#a6761d": "#d6b052",
    "#d9d9d9": "#55606d",
    "#b2182b": "#f27885",
}
"""What each colour becomes on a dark ground."""


def colours(report: dict[str, Any]) -> dict[str, str]:
    """A colour for each candidate, in their order, and grey for the baselines."""
    candidates = {name: _CANDIDATES[at % len(_CANDIDATES)] for at, name in enumerate(report["candidates"])}
    return {**candidates, **dict.fromkeys(report["baselines"], GREY)}
