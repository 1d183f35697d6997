"""SVG charts: bars, lines, and a box plot and a gauge that fit in a table cell."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from html_page.elements import Markup
from html_page.translations import Translations

WIDTH, HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 24, 26, 44
_STEPS = (1, 2, 2.5, 5, 10)
_MOST_TICKS = 5
_SHARES = ("0.05", "0.25", "0.5", "0.75", "0.95")

LARGE_DISTANCE = 0.2
"""Distance between two distributions that a gauge shows as large."""

Numbers = Sequence[float | None]


@dataclass(frozen=True)
class Axes:
    """The axes of a chart: the keys of both titles, and the positions and texts of the labels on the x axis."""

    translations: Translations
    x: str
    y: str
    labels: Sequence[tuple[float, str]]

    def text(self, key: str) -> str:
        """Return a text in all languages."""
        return self.translations.bilingual(key, tag="tspan")  # SVG knows no span


def bars(values: Numbers, axes: Axes, marks: Mapping[str, float] | None = None) -> str:
    """Draw bars of equal width; ``marks`` are named vertical lines, their positions counted in bars."""
    top = _nice_top(values)
    width = (WIDTH - _LEFT - _RIGHT) / len(values)
    drawn = [
        f'<rect class="bar" x="{_LEFT + at * width + 1:.1f}" y="{_height(value, top):.1f}" '
        f'width="{max(width - 2, 1):.1f}" height="{_height(0, top) - _height(value, top):.1f}">'
        f"<title>{value:,.0f}</title></rect>"
        for at, value in enumerate(values)
        if value is not None
    ]
    markers = [
        _mark(axes.text(name), _LEFT + place * width, row) for row, (name, place) in enumerate((marks or {}).items())
    ]
    labels = [(_LEFT + place * width, text) for place, text in axes.labels]
    return _frame("".join(drawn + markers), axes, labels, top)


def lines(series: Mapping[str, Numbers], axes: Axes) -> str:
    """Draw a line for each series, with a legend above; missing points are left out."""
    top = _nice_top([value for values in series.values() for value in values])
    count = max(len(values) for values in series.values())
    step = (WIDTH - _LEFT - _RIGHT) / max(count - 1, 1)
    drawn = []
    for number, (name, values) in enumerate(series.items()):
        points = [(_LEFT + at * step, _height(value, top)) for at, value in enumerate(values) if value is not None]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        legend = _LEFT + 8 + number * 150
        drawn.append(
            f'<polyline class="line series-{number}" points="{path}"/>'
            f'<line class="line series-{number}" x1="{legend}" x2="{legend + 22}" y1="12" y2="12"/>'
            f'<text x="{legend + 28}" y="16">{axes.text(name)}</text>'
        )
    labels = [(_LEFT + place * step, text) for place, text in axes.labels]
    return _frame("".join(drawn), axes, labels, top)


def box_plot(quantiles: Mapping[str, float | None]) -> Markup:
    """Draw quantiles by their shares: a line from 5 to 95 %, a box between the quartiles, a point at the median."""
    known = {share: value for share, value in quantiles.items() if value is not None}
    if len(known) < len(quantiles):
        return Markup("")
    minimum, maximum = known["0"], known["1"]
    scale = 116 / ((maximum - minimum) or 1)
    places = [2 + (known[share] - minimum) * scale for share in _SHARES]
    return Markup(
        '<svg class="box-plot" viewBox="0 0 120 16" aria-hidden="true">'
        f'<line x1="{places[0]:.1f}" x2="{places[4]:.1f}" y1="8" y2="8"/>'
        f'<rect x="{places[1]:.1f}" y="3" width="{max(places[3] - places[1], 1):.1f}" height="10"/>'
        f'<circle cx="{places[2]:.1f}" cy="8" r="2.6"/></svg>'
    )


def gauge(distance: float | None) -> str:
    """Draw a distance between two distributions, from 0 to 1, before its number."""
    if distance is None:
        return "-"
    kind = "far" if distance >= LARGE_DISTANCE else "near"
    bar = f'<span class="gauge {kind}"><i style="width:{min(100 * distance, 100):.0f}%"></i></span>'
    return Markup(f"{bar}{distance:.3f}")


def _frame(drawn: str, axes: Axes, labels: Sequence[tuple[float, str]], top: float) -> str:
    ticks = [top * share / _MOST_TICKS for share in range(_MOST_TICKS + 1)]
    grid = "".join(
        f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{_height(tick, top):.1f}" '
        f'y2="{_height(tick, top):.1f}"/>'
        f'<text class="end" x="{_LEFT - 6}" y="{_height(tick, top) + 4:.1f}">{tick:,.0f}</text>'
        for tick in ticks
    )
    below = HEIGHT - _BOTTOM + 16
    texts = "".join(f'<text class="middle" x="{x:.1f}" y="{below}">{axes.text(text)}</text>' for x, text in labels)
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    return (
        f'<svg class="drawing" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{grid}{drawn}{texts}'
        f'<text class="middle axis" x="{middle:.0f}" y="{HEIGHT - 6}">{axes.text(axes.x)}</text>'
        f'<text class="middle axis side" transform="translate(11 {(_TOP + HEIGHT - _BOTTOM) / 2:.0f}) rotate(-90)">'
        f"{axes.text(axes.y)}</text></svg>"
    )


def _mark(text: str, x: float, row: int) -> str:
    y = _TOP + 8 + 15 * row
    return (
        f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{HEIGHT - _BOTTOM}"/>'
        f'<text x="{x + 5:.1f}" y="{y}">{text}</text>'
    )


def _height(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - value / top * (HEIGHT - _BOTTOM - _TOP)


def _nice_top(values: Numbers) -> float:
    """Return a number above all values that divides into five round steps."""
    highest = max((value for value in values if value is not None), default=1) or 1
    step = highest / _MOST_TICKS
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in _STEPS if factor * power >= step * 0.999999) * _MOST_TICKS
