"""Elements of the report beyond `html_page.elements`: charts, tiles, and the table of contents."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from evaluation.page.marks import ON_DARK
from evaluation.strict_json import replace_values
from html_page.elements import html

_DRAW = """
const dark = matchMedia("(prefers-color-scheme: dark)");
function draw() {
  let charts = document.getElementById("charts").textContent;
  if (dark.matches) for (const [light, other] of Object.entries(%s)) charts = charts.replaceAll(light, other);
  JSON.parse(charts).forEach((chart, number) =>
    Plotly.react("chart-" + number, chart.data, chart.layout, {responsive: true, displayModeBar: false}));
}
dark.addEventListener("change", draw);
draw();
"""


@dataclass
class Charts:
    """All charts of a page, which one script draws."""

    drawn: list[dict[str, Any]] = field(default_factory=list)

    def add(self, chart: dict[str, Any]) -> str:
        """Add a plotly figure; return the element that it is drawn in."""
        self.drawn.append(chart)
        height = chart["layout"]["height"]
        return f'<div class="chart" id="chart-{len(self.drawn) - 1}" style="height:{height}px"></div>'

    def script(self) -> str:
        """Return all charts as JSON, and the script that draws them."""
        # JSON in a browser has no NaN; plotly skips null.
        content = json.dumps(
            replace_values(self.drawn, _finite), ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
        content = content.replace("<", "\\u003c")  # text in the data must not end the script element, or open a comment
        colours = json.dumps(ON_DARK)
        return f'<script type="application/json" id="charts">{content}</script>\n<script>{_DRAW % colours}</script>'


def with_contents(sections: Iterable[str]) -> str:
    """Join sections, with a list of links to them before the second one; empty ones are left out."""
    written = [text for text in sections if text]
    titles = [text.split("<h2>", 1)[1].split("</h2>", 1)[0] for text in written]
    numbered = [text.replace("<section", f'<section id="part-{at}"', 1) for at, text in enumerate(written)]
    links = "".join(f'<a href="#part-{at}">{title}</a>' for at, title in enumerate(titles) if at)
    return "".join([*numbered[:1], f"<nav>{links}</nav>", *numbered[1:]])


def tiles(values: Iterable[tuple[str, str, str]]) -> str:
    """Return large values side by side, each a (name, value, explanation)."""
    cells = "".join(
        f"<div><span>{html(name)}</span><b>{html(value)}</b><small>{html(meaning)}</small></div>"
        for name, value, meaning in values
    )
    return f'<div class="tiles">{cells}</div>'


def folded(summary: str, content: str) -> str:
    """Return HTML content that a click on its summary shows."""
    return f"<details><summary>{html(summary)}</summary>{content}</details>"


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
