"""Adds the notebooks to the site as pages, with their outputs; GitHub draws no plotly chart."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files
from plotly.offline import get_plotlyjs

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
PLOTLY = "notebooks/plotly.min.js"
CHART = """<div class="plotly-chart" style="overflow-x: auto"><script type="application/json">{figure}</script></div>"""
DRAW = f"""<script src="{Path(PLOTLY).name}"></script>
<script>
for (const chart of document.querySelectorAll(".plotly-chart")) {{
  const figure = JSON.parse(chart.firstElementChild.textContent);
  Plotly.newPlot(chart, figure.data, figure.layout, {{responsive: true}});
}}
</script>"""


def on_files(files: Files, config: Any) -> Files:
    """Add a page for each notebook, and the script that draws their charts."""
    for path in NOTEBOOKS:
        files.append(File.generated(config, f"notebooks/{path.stem}.md", content=page(path)))
    files.append(File.generated(config, PLOTLY, content=get_plotlyjs()))
    return files


def page(path: Path) -> str:
    """Write a notebook in Markdown: its texts, its code, and what the code printed when it was last run."""
    parts: list[str] = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source.replace("<details>", '<details markdown="1">'))
        else:
            parts += [_fenced(source, "python"), *_outputs(cell["outputs"])]
    drawn = any("plotly-chart" in part for part in parts)
    return "\n\n".join([*parts, DRAW] if drawn else parts)


def _outputs(outputs: list[dict[str, Any]]) -> Iterator[str]:
    for output in outputs:
        yield _fenced("".join(output["text"]), "text") if "text" in output else _shown(output["data"])


def _shown(data: Mapping[str, Any]) -> str:
    """Show an output in the richest of its forms."""
    if "application/vnd.plotly.v1+json" in data:
        figure = json.dumps(data["application/vnd.plotly.v1+json"])
        return CHART.format(figure=figure.replace("<", "\\u003c"))
    if "image/png" in data:
        return f'<img alt="chart" src="data:image/png;base64,{data["image/png"].strip()}">'
    if "text/html" in data:
        # The site has a style for tables, and Markdown would end the table at an empty line.
        table = re.sub(r"<style.*?</style>\n?|\n\s*(?=\n)", "", "".join(data["text/html"]), flags=re.DOTALL)
        return table.replace('<table border="1" class="dataframe">', "<table>")
    if "text/markdown" in data:
        return "".join(data["text/markdown"])
    return _fenced("".join(data["text/plain"]), "text")


def _fenced(text: str, language: str) -> str:
    return f"````{language}\n{text.rstrip()}\n````"
