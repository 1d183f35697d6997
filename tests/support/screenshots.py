"""Makes the screenshots of docs/report: ``python -m tests.support.screenshots`` runs the pipeline and opens its report.

The first execution trains and the second tunes; ``--results`` names the results folders of two earlier executions.
This needs Chromium (``apt-get install chromium fonts-noto-cjk``), and SEOUL_BIKE_DATA or the network.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from evaluation.output.results import read_results
from evaluation.page.document import render
from html_page.translations import Language
from tests.support.browser import DRAWN, Pipe, browser, open_page

FOLDER = Path(__file__).parents[2] / "docs" / "report"
COLOURS = 256
DESK, PHONE = 1440, 390


@dataclass(frozen=True)
class Shot:
    """One screenshot: the page, its size in pixels, the first section, the language and the colour scheme."""

    name: str
    page: str
    width: int
    height: int
    section: str = ""
    language: Language = "en"
    dark: bool = False
    tuned: bool = False


SHOTS = (
    Shot("summary-desktop", "regression", DESK, 1000),
    Shot("regression-desktop", "regression", DESK, 3300),
    Shot("classification-phone", "classification", PHONE, 3000),
    Shot("classification-phone-korean-dark", "classification", PHONE, 3000, language="ko", dark=True),
    Shot("tuning-desktop", "regression", DESK, 1000, section="Tuning", tuned=True),
    Shot("data-desktop", "data-report.html", DESK, 3300),
    Shot("data-phone-dark", "data-report.html", PHONE, 3000, dark=True),
)


def main() -> int:
    """Run the pipeline unless results are given, and write every screenshot."""
    parser = argparse.ArgumentParser(
        prog="tests.support.screenshots", description="Make the screenshots of docs/report."
    )
    parser.add_argument(
        "--results", nargs=2, type=Path, metavar=("TRAINED", "TUNED"), help="results folders of two executions"
    )
    parser.add_argument("--max-jobs", default="12", help="training jobs of each tuning step (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, browser() as pipe:
        state = Path(folder)
        trained, tuned = options.results or (_run(state), _run(state, "--tune", "--max-jobs", options.max_jobs))
        for shot in SHOTS:
            _take(pipe, shot, tuned if shot.tuned else trained, state)
    return 0


def _run(state: Path, *more: str) -> Path:
    command = [sys.executable, "-m", "pipelines.run", "--upsert", "--start", "--json", "--state-dir", str(state), *more]
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return Path(json.loads(ended.stdout)["data_report"]).parent


def _take(pipe: Pipe, shot: Shot, results: Path, scratch: Path) -> None:
    page_file = results / shot.page
    if page_file.is_dir():
        page_file = scratch / f"{shot.name}.html"
        page_file.write_text(render(read_results(results / shot.page), shot.language), encoding="utf-8")
    with open_page(pipe, page_file.resolve().as_uri(), width=shot.width, dark=shot.dark) as page:
        # Draws the charts that are not near; a page without a script has none.
        page.evaluate("typeof started === 'undefined' || started.then(() => dispatchEvent(new Event('beforeprint')))")
        page.evaluate(DRAWN)
        find = f"[...document.querySelectorAll('section')].find(one => one.innerText.startsWith('{shot.section}'))"
        top = page.evaluate(f"{find}.getBoundingClientRect().top - 16") if shot.section else 0
        height = page.evaluate(f"{find}.getBoundingClientRect().height + 32") if shot.section else shot.height
        save(page.screenshot(min(shot.height, int(height)), int(top)), FOLDER / f"{shot.name}.png")


def save(screenshot: bytes, file: Path) -> None:
    """Write a screenshot with few colours, a third of the size."""
    image = Image.open(io.BytesIO(screenshot)).convert("RGB")
    image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE).save(file, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
