"""A page that follows the API: one poll for all browsers, changes as they come, trouble in plain sight."""

from __future__ import annotations

import time

import pytest
from botocore.exceptions import ClientError

from tests.support.browser import CHROMIUM, browser, open_page
from tests.unit.studio.conftest import Api, browsing, studio_over

PATIENCE_SECONDS = 60
LATEST = "/executions/Pipeline0/e00000000002"


def wait_for(found, what: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not found():
        assert time.monotonic() < until, what
        time.sleep(0.05)


def test_many_browsers_share_one_poll(api):
    studio = studio_over(api)
    with browsing(studio, polls=True) as client:
        streams = [client.stream("GET", "/events") for _ in range(5)]
        events = [stream.__enter__() for stream in streams]
        lines = [each.iter_lines() for each in events]
        for _ in range(4):  # each stream has a line and an empty one per poll
            for each in lines:
                next(each)
        assert api.calls.count("ListPipelines") <= 6
        for stream in streams:
            stream.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("ThrottlingException", "AWS throttles the requests"),
        ("ExpiredTokenException", "log in again"),
        ("ValidationException", "ValidationException"),
    ],
)
def test_trouble_is_shown_until_it_has_passed(code, shown):
    api = Api()
    answer = api.list_pipelines

    def refuse(**_request):
        raise ClientError({"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {}}, "ListPipelines")

    studio = studio_over(api)
    with browsing(studio, polls=True) as client:
        wait_for(lambda: "run-2" in client.get("/").text, "the list")
        api.list_pipelines = refuse
        wait_for(lambda: shown in client.get("/").text, "the trouble")
        assert "run-2" in client.get("/").text
        api.list_pipelines = answer
        wait_for(lambda: shown not in client.get("/").text, "its end")


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_new_status_comes_to_the_page_by_itself(api):
    latest = api.executions["Pipeline0"][0]
    latest["PipelineExecutionStatus"] = "Executing"
    studio = studio_over(api)
    with browsing(studio, polls=True), browser() as pipe, open_page(pipe, studio.access.address, width=1000) as page:
        for path, element in (("/", "list"), (LATEST, "head")):
            latest["PipelineExecutionStatus"] = "Executing"
            page.open(studio.access.url.rstrip("/") + path, width=1000)
            status = f"document.querySelector('#{element} .status')?.textContent.trim()"
            wait_for(lambda status=status: (page.evaluate(status) or "").endswith("Executing"), "the first status")
            latest["PipelineExecutionStatus"] = "Succeeded"
            wait_for(lambda status=status: page.evaluate(status).endswith("Succeeded"), "the new status")
        assert page.errors == []
