"""Every view on an account where AWS throttles, and after the credentials have expired."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from pipelines.studio.state import Studio
from tests.unit.studio.conftest import VIEWS, Api, browsing, studio_over

MOST_CALLS = 16
"""Calls of one view at its first opening, over few executions and endpoints; a second one makes fewer."""


class Troubled:
    """An API that refuses every call while it has a ``code``."""

    def __init__(self, api: Api) -> None:
        self.api, self.code, self.refused = api, "", 0

    def __call__(self, _service: str) -> Troubled:
        return self

    def __getattr__(self, operation: str) -> Any:
        call = getattr(self.api, operation)
        if not self.code or operation == "get_paginator":
            return call

        def refuse(**_request: Any) -> None:
            self.refused += 1
            raise ClientError({"Error": {"Code": self.code, "Message": "no"}, "ResponseMetadata": {}}, operation)

        return refuse

    def get_paginator(self, operation: str) -> Any:
        paginator = self.api.get_paginator(operation)
        paginator._operation = getattr(self, operation)
        return paginator


def opened(api: Any) -> Studio:
    studio = studio_over(api)
    while not studio.index.complete:
        studio.index.refresh(api, now=0.0)
    return studio


@pytest.mark.parametrize("view", VIEWS)
def test_view_makes_a_fixed_number_of_calls(view: str) -> None:
    few, many = Api(executions=20), Api(executions=200, pipelines=3)
    counts = []
    for api in (few, many):
        with browsing(opened(api)) as browser:
            api.calls.clear()
            browser.get(view)
            counts.append(len(api.calls))
    assert counts[0] == counts[1]
    assert counts[0] <= MOST_CALLS


@pytest.mark.parametrize("code", ["ThrottlingException", "ExpiredTokenException"])
def test_view_says_what_aws_refuses(code: str) -> None:
    api = Troubled(Api())
    studio = opened(api)
    with browsing(studio) as browser:
        api.code = code
        for view in VIEWS:
            api.refused = 0
            answer = browser.get(view)
            assert answer.status_code in (200, 404, 502), view
            if answer.status_code == 502:
                assert code in answer.text
                assert "Traceback" not in answer.text
            assert api.refused <= MOST_CALLS, view
        api.code = ""
        assert browser.get(VIEWS[7]).status_code == 200


def test_polls_back_off_and_say_since_when() -> None:
    api = Troubled(Api())
    studio = opened(api)
    with browsing(studio, polls=True) as browser:
        while studio.poller.state.answered is None:
            browser.get("/")
        api.code = "ThrottlingException"
        while studio.poller.state.trouble is None:
            browser.get("/start/Pipeline0")
        page = browser.get("/").text
    assert "Shown as of" in page
    assert "AWS throttles the requests" in page
    assert "run-2" in page
