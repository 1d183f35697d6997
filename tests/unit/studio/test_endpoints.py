"""Endpoints: what they serve and cost, deployment and deletion."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import BadInput
from pipelines.models.registry import describe_model
from pipelines.studio.queries.endpoints import fields_of, last_verdict
from pipelines.studio.queries.index import Index
from pipelines.studio.work import Work
from tests.unit.studio.conftest import ACCOUNT, Api, browsing, studio_over

NAME = "Pipeline0-regression"


def test_list_has_versions_costs_and_ends(api: Api) -> None:
    with browsing(studio_over(api)) as browser:
        page = browser.get("/endpoints").text
        assert f"{NAME}/2" in page
        assert "0.115" in page
        assert "2030-01-01 00:00:00" in page
        assert len(api.calls) == 5


def test_one_without_readable_schema_is_shown(api: Api) -> None:
    with browsing(studio_over(api)) as browser:
        page = browser.get(f"/endpoints/{NAME}")
        assert page.status_code == 200
        assert "InService" in page.text
        assert "Ask it" not in page.text


def test_deletion_asks_and_names_the_cost(api: Api) -> None:
    with browsing(studio_over(api)) as browser:
        page = browser.get(f"/endpoints/{NAME}/delete").text
        assert "0.115 USD per hour for 1 x ml.m5.large" in page
        assert api.changes == []


def test_deployment_names_the_endpoint_and_the_cost(api: Api) -> None:
    api.group = "Pipeline1-regression"
    api.endpoints = ()
    with browsing(studio_over(api)) as browser:
        page = browser.get("/models/Pipeline1-regression/2/deploy").text
        assert "A new endpoint answers" in page
        assert "0.115 USD per hour for 1 x ml.m5.large" in page
        assert api.changes == []


def test_another_version_updates_the_endpoint(api: Api) -> None:
    with browsing(studio_over(api)) as browser:
        assert "until this one is in service" in browser.get(f"/models/{NAME}/1/deploy").text
        assert "serves Pipeline0-regression/2 already" in browser.get(f"/models/{NAME}/2/deploy").text


def test_version_that_is_not_approved_is_not_deployed(api: Api) -> None:
    studio = studio_over(api)
    with browsing(studio) as browser:
        answer = browser.post(f"/models/{NAME}/3/deploy", data={"token": studio.access.form_token})
        assert "Approve it first" in answer.text
        assert api.changes == []


@pytest.mark.parametrize("path", ["/endpoints/none", "/endpoints/none/delete"])
def test_what_cannot_be_done_is_said(api: Api, path: str) -> None:
    with browsing(studio_over(api)) as browser:
        assert browser.get(path).status_code == 404


def test_read_only_page_asks_no_endpoint(api: Api) -> None:
    studio = studio_over(api, read_only=True)
    with browsing(studio) as browser:
        for path in (f"/endpoints/{NAME}", f"/endpoints/{NAME}/delete", f"/models/{NAME}/1/deploy"):
            assert browser.post(path, data={"token": studio.access.form_token}).status_code == 403
        assert "/delete" not in browser.get(f"/endpoints/{NAME}").text


def test_code_without_data_set_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.toml"):
        fields_of(tmp_path, {"dataset": {"file": "none.toml"}})


@pytest.mark.parametrize(
    ("verdict", "why"),
    [
        (b'{"alarm": "yes", "why": "rmse is worse"}', "rmse is worse"),
        (b'{"alarm": "no", "why": "none"}', ""),
        (b"of another form", None),
    ],
)
def test_last_verdict_is_the_one_on_the_version(verdict: bytes, why: str | None) -> None:
    api = Api(executions=9)
    index = Index("Pipeline0")
    index.refresh(api, now=0.0)
    model = describe_model(api, f"{ACCOUNT}:model-package/{NAME}/2")
    judged = index.entries[3]

    def parameters(*, PipelineExecutionArn: str) -> dict[str, Any]:  # noqa: N803
        task = "regression" if PipelineExecutionArn == judged.summary.arn else "classification"
        given = {"Task": task, "EvaluationUri": f"{model.evaluation_uri}/"}
        return {"PipelineParameters": [{"Name": name, "Value": value} for name, value in given.items()]}

    read: list[str] = []

    def content(*, Key: str, **_request: Any) -> dict[str, Any]:  # noqa: N803
        read.append(Key)
        return {"Body": io.BytesIO(verdict)}

    api.list_pipeline_parameters_for_execution = parameters  # type: ignore[method-assign, assignment]
    api.get_object = content  # type: ignore[method-assign]
    found = last_verdict(api, api, index.entries, "s3://bucket/Pipeline0/executions", model)
    assert found is not None
    assert (found.entry, found.why or "", found.known) == (judged, why or "", why is not None)
    assert read == [f"Pipeline0/executions/{judged.summary.id}/monitoring/verdict.json"]
    assert last_verdict(api, api, index.entries[4:], "s3://bucket", model) is None


def test_one_piece_of_work_at_a_time() -> None:
    work, go, ended = Work(), threading.Event(), threading.Event()
    work.start("bikes", go.wait, ended.set)
    with pytest.raises(BadInput, match="bikes is being changed"):
        work.start("bikes", go.wait, ended.set)
    go.set()
    assert ended.wait(60)


def test_failed_work_is_told_until_the_next() -> None:
    work, ended = Work(), threading.Event()

    def fail() -> None:
        raise BadInput("no capacity")

    work.start("bikes", fail, ended.set)
    assert ended.wait(60)
    assert work.failed == {"bikes": "no capacity"}
    work.start("bikes", ended.wait, ended.set)
    assert work.failed == {}
