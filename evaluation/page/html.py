"""The few shapes of HTML that the report is made of; every text is escaped here and nowhere else."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from evaluation.colours import ON_DARK

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


@dataclass(frozen=True)
class Row:
    """A row of a table: the first cell is its name, the others are texts; ``kind`` is a class of the style."""

    cells: Sequence[str]
    kind: str = ""
    badge: str = ""


@dataclass
class Charts:
    """The charts of a page, gathered so that plotly draws all of them from one place."""

    drawn: list[dict[str, Any]] = field(default_factory=list)

    def add(self, chart: dict[str, Any]) -> str:
        """Take a plotly figure in; the element that it will be drawn in."""
        self.drawn.append(chart)
        height = chart["layout"]["height"]
        return f'<div class="chart" id="chart-{len(self.drawn) - 1}" style="height:{height}px"></div>'

    def script(self) -> str:
        """The JSON of all charts, and the lines that draw them."""
        # A browser knows no NaN in JSON; plotly leaves out what is null.
        content = json.dumps(_without_nan(self.drawn), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        content = content.replace("</", "<\\/")
        colours = json.dumps(ON_DARK)
        return f'<script type="application/json" id="charts">{content}</script>\n<script>{_DRAW % colours}</script>'


def section(title: str, note: str, *content: str, kind: str = "") -> str:
    """A titled part of the page; a note may be empty."""
    said = f'<p class="note">{escape(note)}</p>' if note else ""
    return f'<section class="{kind}"><h2>{escape(title)}</h2>{said}{"".join(content)}</section>'


def with_contents(sections: Iterable[str]) -> str:
    """Sections, with a list of links to them before the second one."""
    written = [text for text in sections if text]
    titles = [text.split("<h2>", 1)[1].split("</h2>", 1)[0] for text in written]
    numbered = [text.replace("<section", f'<section id="part-{at}"', 1) for at, text in enumerate(written)]
    links = "".join(f'<a href="#part-{at}">{title}</a>' for at, title in enumerate(titles) if at)
    return "".join([*numbered[:1], f"<nav>{links}</nav>", *numbered[1:]])


def tiles(values: Iterable[tuple[str, str, str]]) -> str:
    """Large numbers beside each other, each with its name above and what it means below."""
    cells = "".join(
        f"<div><span>{escape(name)}</span><b>{escape(value)}</b><small>{escape(meaning)}</small></div>"
        for name, value, meaning in values
    )
    return f'<div class="tiles">{cells}</div>'


def heading(text: str, note: str = "") -> str:
    """A heading within a section."""
    return f"<h3>{escape(text)}</h3>" + (f'<p class="note">{escape(note)}</p>' if note else "")


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph."""
    return f'<p class="{kind}">{escape(text)}</p>'


def bullets(texts: Iterable[str]) -> str:
    """A list."""
    return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>"


def table(columns: Sequence[str], rows: Iterable[Row], *, texts: Sequence[int] = ()) -> str:
    """A table that scrolls by itself where it is too wide; the columns in ``texts`` hold words instead of numbers."""
    kinds = ['class="text"' if at in texts else "" for at in range(len(columns))]
    head = "".join(f"<th {kind}>{escape(name)}</th>" for kind, name in zip(kinds, columns, strict=True))
    body = "".join(f'<tr class="{row.kind}">{"".join(_cells(row, kinds))}</tr>' for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def folded(summary: str, content: str) -> str:
    """Content that is shown when its summary is tapped."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def panels(parts: Iterable[str], kind: str = "panels") -> str:
    """Parts beside each other where there is room, and below each other where there is none."""
    return f'<div class="{kind}">{"".join(f"<div>{part}</div>" for part in parts)}</div>'


def _without_nan(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _without_nan(value) for name, value in content.items()}
    if isinstance(content, list):
        return [_without_nan(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content


def _cells(row: Row, kinds: Sequence[str]) -> Iterable[str]:
    badge = f'<span class="badge">{escape(row.badge)}</span>' if row.badge else ""
    for at, (cell, kind) in enumerate(zip(row.cells, kinds, strict=True)):
        yield f"<td {kind}>{escape(cell)}{badge if at == 0 else ''}</td>"
