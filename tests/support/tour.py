"""Makes the screenshots of docs/studio: ``python -m tests.support.tour`` runs the pipeline and opens every view.

It runs two executions and a failing one, and deploys an endpoint, all locally. This needs Chromium (``apt-get install
chromium fonts-noto-cjk``), and SEOUL_BIKE_DATA or the network.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.browser import DRAWN, browser, open_page
from tests.support.screenshots import DESK, PHONE, save

FOLDER = Path(__file__).parents[2] / "docs" / "studio"
GROUP = "SeoulBikeDemand-regression"
STRICTER = "name=stricter&parameter:InputDataUri=s3://bucket/SeoulBikeData.csv&parameter:RegressionMaxRmse=250"
WITHOUT_FOLDER = "document.getElementsByName('history').forEach(each => { each.value = each.value.split('/').pop(); })"
"""A picture shows no folder of whoever took it."""
SECONDS_TO_LOAD = 3
"""The page reads winners and metrics after it is drawn."""


@dataclass(frozen=True)
class Shot:
    """One screenshot: the address, in which ``{0}``, ``{1}`` and ``{2}`` are the executions, and the size in pixels."""

    name: str
    address: str
    width: int = DESK
    height: int = 900
    korean_dark: bool = False


SHOTS = (
    Shot("executions", "/", height=520),
    Shot("execution", "/executions/SeoulBikeDemand/{1}?step=TrainXGBoostRegression", height=1000),
    Shot("failure", "/executions/SeoulBikeDemand/{2}?step=RegressionBelowQualityGate", height=1000),
    Shot("start", f"/start/SeoulBikeDemand/confirm?{STRICTER}", height=780),
    Shot("comparison", "/compare?execution=SeoulBikeDemand/{1}&execution=SeoulBikeDemand/{0}"),
    Shot("models", f"/models?group={GROUP}", height=640),
    Shot("endpoint", f"/endpoints/{GROUP}"),
    Shot("phone-korean-dark", "/executions/SeoulBikeDemand/{1}?tab=timeline", PHONE, 900, korean_dark=True),
)


def main() -> int:
    """Run what the tour shows, and write every screenshot."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        executions = [
            _run(folder, "--execution-name", "first"),
            _run(folder, "--execution-name", "another-seed", "--seed", "7"),
            _run(folder, "--execution-name", "too-strict", "--parameter", "RegressionMaxRmse=1"),
        ]
        _command(folder, "endpoint", "deploy", "--task", "regression", "--approve")
        with _page(folder) as first, browser() as pipe, open_page(pipe, first, width=DESK) as page:
            base = first.partition("?")[0].rstrip("/")
            time.sleep(SECONDS_TO_LOAD)
            for shot in SHOTS:
                address = base + shot.address.format(*executions)
                page.open(f"{base}/language/{'ko' if shot.korean_dark else 'en'}", width=shot.width)
                page.open(address, width=shot.width, dark=shot.korean_dark)
                time.sleep(SECONDS_TO_LOAD)
                page.evaluate(WITHOUT_FOLDER)
                page.evaluate(DRAWN)
                save(page.screenshot(shot.height), FOLDER / f"{shot.name}.png")
        _command(folder, "endpoint", "delete", "--task", "regression", "--yes")
    return 0


def _run(folder: str, *arguments: str) -> str:
    """Run the pipeline, and return the id of its execution."""
    output = _command(folder, "run", "--upsert", "--start", "--json", "--task", "regression", *arguments)
    return str(json.loads(output)["execution"]["arn"].rpartition("/")[2])


def _command(folder: str, *arguments: str) -> str:
    command = [sys.executable, "-m", "pipelines", *arguments, "--target", "local", "--state-dir", folder]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if ended.returncode not in (0, 1):  # 1 is an execution that failed, as one of them shall
        raise SystemExit(ended.returncode)
    return ended.stdout


@contextmanager
def _page(folder: str) -> Iterator[str]:
    """Run the page, and yield the address that it prints."""
    command = [sys.executable, "-m", "pipelines", "studio", "--no-browser", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--target", "local", "--state-dir", folder], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        yield next(found[0] for line in process.stderr if (found := re.search(r"http://127\S+token=\S+", line)))
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()


if __name__ == "__main__":
    sys.exit(main())
