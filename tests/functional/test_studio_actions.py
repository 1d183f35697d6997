"""What the web page changes, clicked in a real browser over the local service."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.functional.conftest import run_command
from tests.functional.test_endpoint import NAMES, NOON
from tests.functional.test_studio import in_a_browser, studio
from tests.support.browser import Page, browser, open_page
from tests.support.service import serving

pytestmark = [pytest.mark.slow, in_a_browser]
PIPELINE, GROUP = "SeoulBikeDemand", "SeoulBikeDemand-regression"
PATIENCE_SECONDS = 120


@dataclass
class Reader:
    """Who looks at the page and clicks."""

    page: Page
    base: str
    execution: str

    def open(self, path: str) -> None:
        self.page.open(self.base + path, width=1440)

    def fill(self, name: str, value: str) -> None:
        self.see(f"document.getElementsByName({json.dumps(name)})[0].value = {json.dumps(value)}")

    def click(self, selector: str) -> None:
        self.page.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def confirm(self) -> None:
        """Click the button of the page that asks, and wait for another page."""
        before = self.page.evaluate("location.href")
        self.click("form button.strong")
        self.see(f"location.href !== {json.dumps(before)} && document.readyState === 'complete'")

    def see(self, expression: str) -> None:
        """Wait until an expression is true; the page is not loaded again by the test."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            with contextlib.suppress(RuntimeError):  # between two pages, there is nothing to evaluate
                if self.page.evaluate(expression):
                    return
            assert time.monotonic() < until, f"{expression}: {self.page.evaluate('document.body.innerText')}"
            time.sleep(0.1)

    def see_text(self, text: str, selector: str = "main") -> None:
        self.see(f"document.querySelector({json.dumps(selector)})?.innerText.includes({json.dumps(text)})")


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, cache: Path, data: Path) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("actions")
    with serving(folder / ".sagemaker-local"):
        model = ("--task", "regression", "--algorithms", "xgboost", "--features", "now", "--data", str(data))
        ran = run_command(folder, cache, "--upsert", "--start", "--json", *model)
        assert ran.code == 0, ran.stderr
        execution = ran.json["execution"]["arn"].rpartition("/")[2]
        with studio(folder, cache) as address:
            first = address()
            with browser() as pipe, open_page(pipe, first, width=1440) as page:
                yield Reader(page, first.partition("?")[0].rstrip("/"), execution)
                assert page.errors == []


def test_approve_deploy_ask_and_delete(reader: Reader) -> None:
    reader.open(f"/models/{GROUP}/1/approve")
    reader.confirm()
    reader.see_text("Approved", "#head")
    reader.open(f"/models/{GROUP}/1/deploy")
    reader.confirm()
    reader.see_text("InService", "#endpoints")
    reader.open(f"/endpoints/{GROUP}")
    for title, name in NAMES.items():
        reader.fill(f"column:{title}", NOON[name])
    reader.click(".fields ~ .below button.strong")
    reader.see_text("Prediction", "#answer")
    reader.open(f"/endpoints/{GROUP}/delete")
    reader.confirm()
    reader.see_text("No endpoint is running", "#endpoints")


def test_start_stop_retry_and_run_from_a_step(reader: Reader) -> None:
    reader.open(f"/start/{PIPELINE}?like={reader.execution}")
    reader.fill("parameter:Promote", "always")
    reader.click("form button.strong")
    reader.see_text("Estimate of its cost on AWS")
    reader.confirm()
    reader.see_text("Executing", "#head .status")
    address = reader.page.evaluate("location.pathname")
    reader.open(f"{address}/stop")
    reader.confirm()
    reader.see_text("Stopped", "#head .status")
    reader.open(f"{address}/retry")
    reader.confirm()
    reader.see_text("Succeeded", "#head .status")
    reader.open(f"{address}/from?step=RegressionQualityGate")
    reader.confirm()
    reader.see(f"location.pathname !== {json.dumps(address)}")
    reader.see_text("Succeeded", "#head .status")
