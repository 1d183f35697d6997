"""Small line charts: a metric over the versions of a group, and the learning curves of a training job."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.execution.training import Curves

MARGIN = 14
"""Pixels around the points."""
_MOST_POINTS = 160
"""Points of a curve that are drawn: more would not be seen."""


@dataclass(frozen=True)
class Point:
    """A version or an iteration, its value, and its place in pixels."""

    number: int
    value: float
    x: float
    y: float


@dataclass(frozen=True)
class Chart:
    """Lines by name, each from left to right, the range of their values, and the size in pixels."""

    lines: Mapping[str, Sequence[Point]]
    lowest: float
    highest: float
    width: int
    height: int

    @property
    def last(self) -> int:
        """The number on the right."""
        return max(line[-1].number for line in self.lines.values())


def path_of(points: Sequence[Point]) -> str:
    """Return the points of an SVG polyline."""
    return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in points)


def versions_chart(values: Sequence[tuple[int, float]]) -> Chart | None:
    """Draw the values of versions, in the order given and equally far from each other; None for fewer than two.

    Examples
    --------
    >>> path_of(versions_chart([(1, 0.5), (7, 1.0)]).lines[""])
    '14.0,106.0 626.0,14.0'
    """
    return _chart({"": [(at, number, value) for at, (number, value) in enumerate(values)]}, 640, 120)


def curves_chart(curves: Curves) -> Chart | None:
    """Draw learning curves over their iterations; None for fewer than two iterations."""
    return _chart(
        {part: [(at, at, value) for at, value in _thinned(curve)] for part, curve in curves.items()}, 400, 130
    )


def _chart(lines: Mapping[str, Sequence[tuple[int, int, float]]], width: int, height: int) -> Chart | None:
    """Place the points of lines, each given as its position, its number and its value."""
    points = [point for line in lines.values() for point in line]
    positions, values = [position for position, _, _ in points], [value for _, _, value in points]
    if not points or min(positions) == max(positions):
        return None
    first, lowest = min(positions), min(values)
    across = (width - 2 * MARGIN) / (max(positions) - first)
    up = (height - 2 * MARGIN) / (max(values) - lowest or 1)
    placed = {
        name: [
            Point(number, value, MARGIN + (position - first) * across, height - MARGIN - (value - lowest) * up)
            for position, number, value in line
        ]
        for name, line in lines.items()
        if line
    }
    return Chart(placed, lowest, max(values), width, height)


def _thinned(curve: Mapping[int, float]) -> Sequence[tuple[int, float]]:
    points = sorted(curve.items())
    step = max(1, -(-len(points) // _MOST_POINTS))
    return [*points[:-1:step], points[-1]]
