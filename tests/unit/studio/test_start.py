"""The start of an execution: a form with types, defaults and limits, an estimate, then the start."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.unit.studio.conftest import Api, browsing, studio_over

GOLDEN = Path(__file__).parents[1] / "workflow" / "golden" / "regression.json"
FORM, CONFIRM = "/start/Pipeline0", "/start/Pipeline0/confirm"
GIVEN = {"parameter:InputDataUri": "s3://bucket/data.csv", "parameter:RegressionMaxRmse": "250", "name": "stricter"}


@pytest.fixture
def golden(api: Api) -> Api:
    api.definition = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return api


def test_form_has_types_defaults_and_limits(golden: Api) -> None:
    with browsing(studio_over(golden)) as browser:
        page = browser.get(FORM).text
    assert re.search(r'type="number" name="parameter:RegressionMaxRmse" value="300.0" step="any" min="0" max="1', page)
    assert "<option selected>not-worse</option>" in page
    assert re.search(r'name="parameter:InputDataUri" value="" required', page)
    assert "Champion" not in page
    assert "InputDataVersion" not in page


def test_form_is_filled_from_an_execution(api: Api) -> None:
    studio = studio_over(api)
    with browsing(studio) as browser:
        assert 'value="run-1"' in browser.get(f"{FORM}?like=e00000000001").text
        studio.index.refresh(api, now=0.0)
        assert 'value="run-2"' in browser.get(FORM).text


def test_cost_is_shown_before_the_start(golden: Api) -> None:
    studio = studio_over(golden)
    with browsing(studio) as browser:
        page = browser.get(CONFIRM, params=GIVEN).text
    assert "<li>RegressionMaxRmse: 250</li>" in page
    assert "TransformInstanceType" not in page
    assert re.search(r"<strong>0\.\d+ USD</strong>", page)
    assert "at most 4 steps at once" in page
    assert golden.changes == []


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("parameter:RegressionMaxRmse", "many", "must be of type Float"),
        ("parameter:RegressionMaxRmse", "-1", "between 0 and"),
        ("parameter:Promote", "never", "must be one of"),
        ("parameter:InputDataUri", "", "Give a value for InputDataUri"),
        ("parameter:None", "1", "has no parameter None"),
        ("name", "two words", "letters, digits"),
    ],
)
def test_values_that_cannot_be_used_are_said(golden: Api, name: str, value: str, message: str) -> None:
    studio = studio_over(golden)
    with browsing(studio) as browser:
        page = browser.get(CONFIRM, params={**GIVEN, name: value}).text
        assert message in page
        assert "--parameter" not in page
        answer = browser.post(CONFIRM, params={**GIVEN, name: value}, data={"token": studio.access.form_token})
        assert answer.status_code == 404
    assert golden.changes == []


def test_start_finds_the_data_and_the_champion(golden: Api) -> None:
    studio = studio_over(golden)
    with browsing(studio) as browser:
        asked = browser.get(CONFIRM, params=GIVEN).text
        once = re.search('name="once" value="(.{32})"', asked)
        assert once
        browser.follow_redirects = False
        form = {"token": studio.access.form_token, "once": once[1]}
        answer = browser.post(CONFIRM, params=GIVEN, data=form)
    assert answer.headers["location"] == "/executions/Pipeline0/new"
    ((_, request),) = golden.changes
    assert {each["Name"]: each["Value"] for each in request["PipelineParameters"]} == {
        "InputDataUri": "s3://bucket/data.csv",
        "BatchInputUri": "s3://bucket/data.csv",
        "RegressionMaxRmse": "250",
        "InputDataVersion": "etag",
        "Champion": "regression=2",
    }
    assert (request["PipelineExecutionDisplayName"], request["ClientRequestToken"]) == ("stricter", once[1])


def test_jobs_of_another_form_have_no_estimate(api: Api) -> None:
    with browsing(studio_over(api)) as browser:
        assert "cannot be estimated" in browser.get(CONFIRM, params={"parameter:Run": "x"}).text


def test_unknown_pipeline(api: Api) -> None:
    with browsing(studio_over(api)) as browser:
        assert "There is no pipeline None" in browser.get("/start/None").text


def test_read_only_page_starts_nothing(golden: Api) -> None:
    studio = studio_over(golden, read_only=True)
    studio.index.refresh(golden, now=0.0)
    with browsing(studio) as browser:
        assert "/start/" not in browser.get("/").text
        answer = browser.post(CONFIRM, params=GIVEN, data={"token": studio.access.form_token})
        assert answer.status_code == 403
    assert golden.changes == []
