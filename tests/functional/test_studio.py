"""``boostpipe studio`` over the local service, and in a real browser."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from pipelines.aws.prices import load_prices
from pipelines.cli.run.command import page_opener
from pipelines.errors import BadInput
from pipelines.execution.pipeline import Progress
from pipelines.settings.fields import Settings
from pipelines.studio.running import page_of
from pipelines.target.connection import CommandContext, Connection
from tests.functional.conftest import Finished, environment
from tests.support import warm
from tests.support.browser import CHROMIUM, Page, browser, open_page

PATIENCE_SECONDS = 60
in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")


@contextmanager
def studio(folder: Path, cache: Path, *options: str) -> Iterator[Callable[[], str]]:
    """Run the command on a free port; yields what returns an address that no browser has used."""
    process = subprocess.Popen(
        [warm.python(), "-m", "pipelines", "studio", "--no-browser", "--port", "0", *options],
        cwd=folder,
        env=environment(cache),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None

    def unused_address() -> str:
        for line in process.stderr:
            if found := re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", line):
                return found[0]
        raise AssertionError("the command printed no address")

    try:
        yield unused_address
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0


@pytest.fixture(scope="module")
def address(finished: Finished) -> Iterator[Callable[[], str]]:
    with studio(finished.folder, finished.cache) as unused_address:
        yield unused_address


@pytest.fixture(scope="module")
def client(address: Callable[[], str]) -> Iterator[httpx.Client]:
    first = httpx.URL(address())
    with httpx.Client(base_url=first.copy_with(query=None), follow_redirects=True, timeout=PATIENCE_SECONDS) as client:
        client.get(first)
        yield client


def run_of(execution: str) -> str:
    return f"/executions/SeoulBikeDemand/{execution}"


def test_list_has_winners_and_reasons(client: httpx.Client, finished: Finished) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while "auc 0." not in (page := client.get("/").text) and time.monotonic() < until:
        time.sleep(0.2)
    assert "lightgbm" in page
    assert "too-strict" in page
    assert "good" in page


@pytest.mark.parametrize("tab", ["graph", "timeline", "parameters", "definition", "report", "data", "predictions"])
def test_tab(client: httpx.Client, finished: Finished, tab: str) -> None:
    answer = client.get(f"{run_of(finished.succeeded)}?tab={tab}")
    assert answer.status_code == 200
    assert f'aria-current="page">{tab}<' in answer.text
    assert len(answer.content) < 60_000


def test_documents_have_an_origin_of_their_own(client: httpx.Client, finished: Finished) -> None:
    run = run_of(finished.succeeded)
    for path in (f"{run}/report/EvaluateClassification", f"{run}/data"):
        answer = client.get(path)
        assert answer.text.startswith("<!doctype html>")
        assert answer.headers["content-security-policy"].startswith("sandbox allow-scripts")
        assert "allow-same-origin" not in answer.headers["content-security-policy"]


def test_downloads(client: httpx.Client, finished: Finished) -> None:
    run = run_of(finished.succeeded)
    log = client.get(f"{run}/steps/TrainLightGBMClassification/log.txt")
    assert log.headers["content-disposition"] == 'attachment; filename="TrainLightGBMClassification.log"'
    assert log.text == finished.command("executions", "logs", "TrainLightGBMClassification", "good").stdout
    assert client.get(f"{run}/predictions/EvaluateClassification").text.startswith("datetime,")
    assert client.get(f"{run}/definition.json").json()["Version"] == "2020-12-01"


def test_failure_is_explained(client: httpx.Client, finished: Finished) -> None:
    page = client.get(f"{run_of(finished.failed)}?step=ClassificationBelowQualityGate").text
    assert "requires at least 0.99999" in page
    assert "Skipped" in page


def test_panel_says_why_a_step_ran_and_how_it_learned(client: httpx.Client, finished: Finished) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while finished.failed not in client.get("/").text and time.monotonic() < until:
        time.sleep(0.2)
    run = run_of(finished.failed)
    assert "AppSpecification.ContainerArguments --seed" in client.get(f"{run}?step=Preprocess").text
    page = client.get(f"{run}?step=TrainLightGBMClassification").text
    assert "Learning curves" in page
    assert 'href="/files?uri=s3%3A//' in page
    assert "step=Preprocess" in page
    address = re.findall(r"/files\?uri=[^\"]*/output/model.tar.gz", page)[-1]
    assert ">model.tar.gz</a>" in client.get(address).text


def test_comparison_has_the_seed_and_the_gate(client: httpx.Client, finished: Finished) -> None:
    keys = [f"SeoulBikeDemand/{execution}" for execution in (finished.succeeded, finished.failed)]
    page = client.get("/compare", params={"execution": keys}).text
    assert "ClassificationMinAuc" in page
    assert "--seed" in page
    assert "ProcessingInstanceType" not in page


def test_other_commands_know_the_address(client: httpx.Client, finished: Finished) -> None:
    state = finished.folder / ".sagemaker-local"
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:pipeline/SeoulBikeDemand/execution/{finished.succeeded}"
    found = page_of(state, "local", "SeoulBikeDemand", arn)
    assert found == str(client.base_url).rstrip("/") + run_of(finished.succeeded)
    assert page_of(state, "aws", "SeoulBikeDemand", arn) is None


def context_of(state: Path) -> CommandContext:
    def no_role() -> str:
        raise AssertionError("no role is needed")

    connection = Connection(name="local", region="us-east-1", bucket="bucket", client=str, find_role=no_role)
    return CommandContext(Settings(state_dir=state), connection, load_prices(None, "us-east-1"))


def test_run_opens_the_page_once(
    address: Callable[[], str], finished: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    open_page = page_opener(context_of(finished.folder / ".sagemaker-local"))
    for status in ("Executing", "Succeeded"):
        open_page(Progress(f"arn:execution/{finished.succeeded}", status, None, 0.0, ()))
    assert [each.endswith(run_of(finished.succeeded)) for each in opened] == [True]


def test_run_without_a_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="boostpipe studio"):
        page_opener(context_of(tmp_path))


def wait_for(page: Page, expression: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not page.evaluate(expression):
        assert time.monotonic() < until, expression
        time.sleep(0.1)


@in_a_browser
def test_pages_fit_and_stay_on_this_machine(address: Callable[[], str], finished: Finished) -> None:
    first = address()
    base = first.partition("?")[0].rstrip("/")
    run = f"/executions/SeoulBikeDemand/{finished.succeeded}"
    with browser() as pipe, open_page(pipe, first, width=1440) as page:
        for width in (390, 768, 1440):
            for path in (
                "/",
                f"{run}?step=TrainLightGBMClassification",
                f"{run}?tab=timeline",
                f"{run}?tab=definition",
            ):
                page.open(base + path, width=width, dark=width == 768)
                assert page.evaluate("document.documentElement.scrollWidth") == width, path
        page.open(f"{base}{run}?step=TrainLightGBMClassification", width=1440)
        wait_for(page, "document.querySelectorAll('.lines li').length > 0")
        page.open(f"{base}{run}?tab=definition", width=1440)
        wait_for(page, "document.querySelectorAll('#json details').length > 0")
        page.open(f"{base}{run}?tab=report", width=1440)
        assert page.errors == []
        assert all(request.startswith((base, "blob:", "data:")) for request in page.requests)


@in_a_browser
def test_keys_choose_rows(address: Callable[[], str], finished: Finished) -> None:
    first = address()
    with browser() as pipe, open_page(pipe, first, width=1440) as page:
        wait_for(page, "document.querySelectorAll('[data-row]').length >= 2")
        press = "dispatchEvent(new KeyboardEvent('keydown', {{key: {}, bubbles: true}}))"
        page.evaluate(f"document.body.{press.format(json.dumps('j'))}")
        assert page.evaluate("document.activeElement.closest('[data-row]') === document.querySelector('[data-row]')")
        page.evaluate(f"document.body.{press.format(json.dumps('?'))}")
        assert page.evaluate("document.getElementById('keys').open")
