"""Elements of the report beyond `html_page.elements`: charts, tiles, and the table of contents."""

import base64
import json
import math
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from evaluation.page.marks import ON_DARK
from evaluation.strict_json import replace_values
from html_page.elements import html

# The page is painted first. Then plotly is unpacked, and each chart is drawn when it comes near the window; all are
# drawn before printing. DecompressionStream refuses bytes after the end, which base 85 needs to fill its last group.
_DRAW = """
const dark = matchMedia("(prefers-color-scheme: dark)"), shown = new Set();
async function unpack(id) {
  const packed = document.getElementById(id), text = packed.textContent.replaceAll("z", "!!!!!").replaceAll("v", "<");
  const bytes = new DataView(new ArrayBuffer(text.length / 5 * 4));
  for (let at = 0; at < text.length; at += 5) {
    let number = 0;
    for (let next = at; next < at + 5; next++) number = number * 85 + text.charCodeAt(next) - 33;
    bytes.setUint32(at / 5 * 4, number);
  }
  const blob = new Blob([new Uint8Array(bytes.buffer, 0, packed.dataset.bytes)]);
  return new Response(blob.stream().pipeThrough(new DecompressionStream("deflate"))).text();
}
async function start() {
  const charts = await unpack("charts"), script = document.createElement("script");
  script.text = await unpack("plotly");
  document.head.append(script);
  let coloured;
  function colour() {
    let text = charts;
    if (dark.matches) for (const [light, other] of Object.entries(%s)) text = text.replaceAll(light, other);
    coloured = JSON.parse(text);
  }
  function draw(element) {
    const chart = coloured[element.id.slice("chart-".length)];
    shown.add(element);
    Plotly.react(element, chart.data, chart.layout, {responsive: true, displayModeBar: false});
  }
  const near = new IntersectionObserver(entries => entries.forEach(entry => {
    if (entry.isIntersecting) { near.unobserve(entry.target); draw(entry.target); }
  }), {rootMargin: "600px"});
  const elements = document.querySelectorAll(".chart");
  colour();
  elements.forEach(element => near.observe(element));
  dark.addEventListener("change", () => { colour(); shown.forEach(draw); });
  addEventListener("beforeprint", () => elements.forEach(element => shown.has(element) || draw(element)));
}
const started = new Promise(painted => requestAnimationFrame(() => setTimeout(painted))).then(start);
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

    def scripts(self, plotly: str) -> str:
        """Return plotly and all charts as JSON, both packed, and the script that draws the charts."""
        # JSON in a browser has no NaN; plotly skips null.
        content = json.dumps(
            replace_values(self.drawn, _finite), ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
        packed = "\n".join(_packed(name, text) for name, text in (("plotly", plotly), ("charts", content)))
        return f"{packed}\n<script>{_DRAW % json.dumps(ON_DARK)}</script>"


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


def _packed(name: str, text: str) -> str:
    """Compress a text into a script element as base 85, which is a sixteenth smaller than base 64."""
    compressed = zlib.compress(text.encode(), 9)
    # "<" could open a comment; the letter v is not in the alphabet.
    content = base64.a85encode(compressed, pad=True).decode().replace("<", "v")
    return f'<script type="text/plain" id="{name}" data-bytes="{len(compressed)}">{content}</script>'


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
