"""One execution: its graph, its tabs, its steps and their logs, and what changes it."""

from __future__ import annotations

import pytest

from local_sagemaker.definition.parse import read
from pipelines.studio.queries.graph import downstream, graph_of, timeline_of
from pipelines.studio.queries.tail import Tails
from pipelines.studio.queries.watched import Watched
from tests.unit.studio.conftest import ACCOUNT, DEFINITION, browsing, studio_over

RUN, FAILED = "/executions/Pipeline0/e00000000000", "/executions/Pipeline0/e00000000001"
ARN = f"{ACCOUNT}:pipeline/Pipeline0/execution/e00000000000"


@pytest.fixture
def opened(api):
    return Watched().get(api, ARN)


def test_branch_that_was_not_taken_is_skipped(opened):
    graph = graph_of(opened)
    statuses = {node.name: node.status for node in graph.nodes}
    assert statuses == {"Prepare": "Succeeded", "Gate": "Succeeded", "Register": "Skipped", "Below": "Failed"}
    assert sorted((line.label, line.skipped) for line in graph.lines) == [("", False), ("no", False), ("yes", True)]


def test_timeline_stays_within_the_execution(opened):
    bars = timeline_of(opened.progress)
    assert [bar.step.name for bar in bars] == ["Prepare", "Gate", "Below"]
    assert all(bar.start >= 0 and bar.start + bar.length <= 1000 for bar in bars)


@pytest.mark.parametrize(
    ("tab", "calls"), [("graph", 4), ("timeline", 4), ("parameters", 4), ("definition", 4), ("none", 4)]
)
def test_each_tab_has_a_fixed_number_of_calls(api, tab, calls):
    studio = studio_over(api)
    studio.index.refresh(api, now=0.0)
    with browsing(studio) as browser:
        api.calls.clear()
        answer = browser.get(f"{RUN}?tab={tab}&step=Prepare")
        assert answer.status_code == 200
        assert len(answer.content) < 60_000
        assert len(api.calls) == calls + 1  # the job of the step
        api.calls.clear()
        browser.get(f"{RUN}?tab={tab}&step=Prepare")
        assert api.calls == []


def test_panel_has_what_the_step_made(api):
    with browsing(studio_over(api)) as browser:
        page = browser.get(f"{FAILED}?step=Prepare").text
        assert "Prepare the data" in page
        assert "2 attempts" in page
        assert "1 of ml.m5.xlarge" in page
        assert "s3://bucket/data" in page
        assert "not good enough" in browser.get(f"{FAILED}?step=Below").text


def test_log_goes_on_where_it_ended(api):
    with browsing(studio_over(api)) as browser:
        piece = browser.get(f"{RUN}/steps/Prepare/log").json()
        assert [line["level"] for line in piece["lines"]] == ["info", "warning", "error"]
        api.log.append("more")
        following = browser.get(f"{RUN}/steps/Prepare/log", params={"at": piece["after"]}).json()
        assert [line["text"] for line in following["lines"]] == ["more"]


def test_log_is_read_once_for_all_browsers(api, opened):
    tails = Tails()
    for _ in range(5):
        tails.piece(api, opened.progress.steps[0])
    assert api.calls.count("GetLogEvents") == 1


def test_comparison_shows_differences_only(api):
    with browsing(studio_over(api)) as browser:
        keys = {"execution": ["Pipeline0/e00000000000", "Pipeline0/e00000000001"]}
        differences = browser.get("/compare", params=keys).text
        assert "run-1" in differences
        assert "Prepare.Size" not in differences
        assert "Prepare.Size" in browser.get("/compare", params={**keys, "all": "1"}).text
        assert browser.get("/compare", params={"execution": ["Pipeline0/e00000000000"]}).status_code == 404


def test_steps_after_a_step():
    assert downstream(read(DEFINITION), "Gate") == ["Gate", "Register", "Below"]


def test_an_action_asks_first(api):
    studio = studio_over(api)
    api.executions["Pipeline0"][0]["PipelineExecutionStatus"] = "Executing"
    path = "/executions/Pipeline0/e00000000002/stop"
    with browsing(studio) as browser:
        assert "Stop this execution?" in browser.get(path).text
        assert api.changes == []
        assert browser.post(path, data={}).status_code == 403
        assert api.changes == []
        assert browser.post(path, data={"token": studio.access.form_token}).status_code == 200
    assert [name for name, _ in api.changes] == ["stop"]


def test_stop_of_a_finished_execution_is_refused(api):
    studio = studio_over(api)
    with browsing(studio) as browser:
        answer = browser.post(f"{RUN}/stop", data={"token": studio.access.form_token})
    assert "has ended already" in answer.text
    assert api.changes == []


def test_retry_after_a_fail_step_is_refused(api):
    studio = studio_over(api)
    with browsing(studio) as browser:
        assert "Continue where it ended" not in browser.get(FAILED).text
        answer = browser.post(f"{FAILED}/retry", data={"token": studio.access.form_token})
    assert "the Fail step Below ended it" in answer.text
    assert api.changes == []


def test_run_from_a_step_takes_the_other_results(api):
    studio = studio_over(api)
    with browsing(studio) as browser:
        browser.follow_redirects = False
        answer = browser.post(f"{RUN}/from?step=Gate", data={"token": studio.access.form_token})
        assert answer.headers["location"] == "/executions/Pipeline0/new"
    ((_, request),) = api.changes
    assert request["SelectiveExecutionConfig"]["SourcePipelineExecutionArn"] == ARN
    assert [step["StepName"] for step in request["SelectiveExecutionConfig"]["SelectedSteps"]] == [
        "Gate",
        "Register",
        "Below",
    ]


def test_read_only_shows_no_action(api):
    with browsing(studio_over(api, read_only=True)) as browser:
        page = browser.get(f"{RUN}?step=Prepare").text
    assert "Run again from this step" not in page


def test_unknown_pipeline_and_execution(api):
    studio = studio_over(api)
    with browsing(studio) as browser:
        assert browser.get("/executions/None/x").status_code == 404
        missing = browser.get("/executions/Pipeline0/none")
    assert missing.status_code == 404
    assert "There is no execution" in missing.text
