"""What all charts share: a plotly figure, its lines, and texts for it."""

from collections.abc import Sequence
from html import escape
from typing import Any

from evaluation.page.marks import GREY, INK, LIGHT
from evaluation.page.texts import Texts, shorten

Chart = dict[str, Any]
FONTS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans KR", "Noto Sans CJK KR", sans-serif'


def plain(text: str) -> str:
    """Escape a text of the data set, because plotly reads texts as HTML and values in braces."""
    return escape(text, quote=False).replace("%{", "% {")


def shortened(text: str) -> str:
    """Shorten a name of the data set, and escape it."""
    return plain(shorten(text))


def decimals_of(texts: Texts) -> int:
    """Return the decimals of values beside errors of the report's scale."""
    return len(texts.number(0.0, "rmse").partition(".")[2])


def line_over_time(name: str, values: Any, colour: str, times: Sequence[str]) -> Chart:
    """Make a line over times."""
    line = {"color": colour, "width": 1.3}
    return {
        "y": values.tolist(),
        "name": name,
        "mode": "lines",
        "line": line,
        "text": times,
        "hoverinfo": "text+y+name",
    }


def curve_through(name: str, points: tuple[Sequence[float], Sequence[float]], colour: str) -> Chart:
    """Make a curve through points."""
    return {"x": points[0], "y": points[1], "name": name, "mode": "lines", "line": {"color": colour, "width": 2}}


def diagonal(low: float, high: float) -> Chart:
    """Make the line of equal values."""
    line = {"color": GREY, "width": 1}
    ends = [low, high]
    return {"x": ends, "y": ends, "mode": "lines", "line": line, "showlegend": False, "hoverinfo": "skip"}


def figure(traces: list[Chart], *, height: int, x: str, y: str) -> Chart:
    """Make the figure of traces with the titles of its axes."""
    named = sum(trace.get("showlegend", True) and "name" in trace for trace in traces)
    axis = {"gridcolor": LIGHT, "zeroline": False, "automargin": True, "linecolor": GREY, "ticks": ""}
    return {
        "data": [{"type": "scatter", **trace} for trace in traces],
        "layout": {
            "height": height,
            "margin": {"l": 8, "r": 14, "t": 34 if named else 10, "b": 8},
            "showlegend": bool(named),
            "font": {"family": FONTS, "size": 12, "color": INK},
            "xaxis": {**axis, "title": {"text": x}},
            "yaxis": {**axis, "title": {"text": y, "standoff": 12}},  # at some distance of the ticks' labels
            "legend": {"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
            "plot_bgcolor": "rgba(0,0,0,0)",
            "paper_bgcolor": "rgba(0,0,0,0)",
            "dragmode": "zoom",
        },
    }
