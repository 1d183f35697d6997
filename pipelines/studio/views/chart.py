"""A small line chart: a metric over the versions of a group."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, MARGIN = 640, 120, 14
"""Size of the drawing, and the space around the points, in pixels."""


@dataclass(frozen=True)
class Point:
    """A version, its value, and its place in pixels."""

    number: int
    value: float
    x: float
    y: float


@dataclass(frozen=True)
class Chart:
    """The points from left to right, and the range of their values."""

    points: Sequence[Point]
    lowest: float
    highest: float
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def line(self) -> str:
        """The points of an SVG polyline."""
        return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in self.points)


def chart_of(values: Sequence[tuple[int, float]]) -> Chart | None:
    """Place the values of versions, in the order given; None for fewer than two.

    Examples
    --------
    >>> chart_of([(1, 0.5), (2, 1.0)]).line
    '14.0,106.0 626.0,14.0'
    """
    if len(values) < 2:
        return None
    lowest, highest = min(value for _, value in values), max(value for _, value in values)
    step = (WIDTH - 2 * MARGIN) / (len(values) - 1)
    scale = (HEIGHT - 2 * MARGIN) / (highest - lowest or 1)
    return Chart(
        [
            Point(number, value, MARGIN + at * step, HEIGHT - MARGIN - (value - lowest) * scale)
            for at, (number, value) in enumerate(values)
        ],
        lowest,
        highest,
    )
