"""The list of executions, from few calls."""

from __future__ import annotations

from botocore.exceptions import ClientError

from pipelines.execution.outcomes import Winner
from pipelines.studio.queries.details import Details, DetailStore
from pipelines.studio.queries.index import Index
from pipelines.studio.queries.listing import Wanted, page_of
from tests.unit.studio.conftest import Api, browsing, studio_over


def test_older_pages_follow_one_per_poll(api):
    api, index = Api(executions=250), Index("Pipeline0")
    polls = 0
    while not index.complete:
        index.refresh(api, now=0.0)
        polls += 1
    assert (polls, len(index.entries)) == (3, 250)
    assert index.entries[0].summary.name == "run-249"


def test_quiet_pipelines_cost_one_call(api):
    index = Index("Pipeline0")
    index.refresh(api, now=0.0)
    api.calls.clear()
    assert not index.refresh(api, now=1.0)
    assert api.calls == ["ListPipelines"]
    assert not index.refresh(api, now=31.0)
    assert api.calls[1:] == ["ListPipelines", "ListPipelineExecutions"]


def test_new_status_is_a_change(api):
    api.executions["Pipeline0"][0]["PipelineExecutionStatus"] = "Executing"
    index = Index("Pipeline0")
    index.refresh(api, now=0.0)
    api.executions["Pipeline0"][0]["PipelineExecutionStatus"] = "Succeeded"
    assert index.refresh(api, now=1.0)
    assert index.entries[0].finished


def test_deleted_pipelines_disappear(api):
    index = Index("Pipeline0")
    index.refresh(api, now=0.0)
    api.names = []
    assert index.refresh(api, now=1.0)
    assert index.entries == ()


def entries_of(api: Api):
    index = Index("Pipeline0")
    while not index.complete:
        index.refresh(api, now=0.0)
    return index.entries


def test_filters_search_and_pages():
    entries, details = entries_of(Api(executions=120, pipelines=2)), DetailStore("local")
    everything = page_of(entries, details, Wanted())
    assert (everything.found, everything.last, len(everything.rows)) == (240, 5, 50)
    failed = page_of(entries, details, Wanted(status="Failed", pipeline="Pipeline1", page=9))
    assert (failed.found, failed.number, len(failed.rows)) == (12, 1, 12)
    assert page_of(entries, details, Wanted(search="RUN-119")).found == 2


def test_sorts_by_details_with_the_unknown_last():
    entries, details = entries_of(Api(executions=3)), DetailStore("local")
    for entry, value in zip(entries, (2.0, 1.0), strict=False):
        known = Details(1.0, {}, {"price": Winner("xgboost", "rmse", value)})
        details._known[entry.summary.arn] = entry.summary.status, known
    names = [row.entry.summary.name for row in page_of(entries, details, Wanted(sort="task:price")).rows]
    assert names == ["run-1", "run-2", "run-0"]
    names = [row.entry.summary.name for row in page_of(entries, details, Wanted(sort="-task:price")).rows]
    assert names == ["run-2", "run-1", "run-0"]


def test_view_calls_no_api():
    api = Api(executions=1000)
    studio = studio_over(api)
    while not studio.index.complete:
        studio.index.refresh(api, now=0.0)
    with browsing(studio) as browser:
        api.calls.clear()
        page = browser.get("/?page=20&q=run").text
    assert api.calls == []
    assert "Page 20 of 20, 1,000 executions" in page
    assert len(page.encode()) < 60_000


def test_first_page_before_the_api_answers(api):
    with browsing(studio_over(api)) as browser:
        assert "Loading..." in browser.get("/").text


def test_no_executions(api):
    api.executions["Pipeline0"] = []
    studio = studio_over(api)
    studio.index.refresh(api, now=0.0)
    with browsing(studio) as browser:
        assert "No execution matches." in browser.get("/?q=none").text


def test_without_permission_for_the_account_own_pipeline_is_listed():
    api, index = Api(pipelines=2), Index("Pipeline1")
    api.list_pipelines = _refused
    index.refresh(api, now=0.0)
    assert {entry.pipeline for entry in index.entries} == {"Pipeline1"}


def test_pipelines_of_others_may_be_refused():
    api, index = Api(pipelines=2), Index("Pipeline1")
    answer = api.list_pipeline_executions
    api.list_pipeline_executions = lambda **request: (
        _refused() if request["PipelineName"] == "Pipeline0" else answer(**request)
    )
    index.refresh(api, now=0.0)
    assert {entry.pipeline for entry in index.entries} == {"Pipeline1"}


def _refused(**_request):
    raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "List")
