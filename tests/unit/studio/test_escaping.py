"""Markup in any field of the API's answers stays text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.studio.queries.details import DetailStore
from pipelines.studio.queries.index import Index
from pipelines.studio.queries.jobs import MadeStore
from pipelines.studio.queries.models import Models
from pipelines.studio.queries.watched import Watched
from pipelines.studio.state import Studio
from tests.unit.studio.conftest import Api, browsing, studio_over

MARK = "<script>alert(1)<\\script>\"'><img src=x onerror=alert(2)>"
MEMBERS = (
    *("PipelineName", "PipelineExecutionDisplayName", "PipelineExecutionFailureReason", "FailureReason", "StepName"),
    *("PipelineExecutionStatus", "StepStatus", "Name", "DisplayName", "Type", "Value", "ImageUri", "InstanceType"),
    *("ModelPackageGroupName", "ApprovalDescription", "ModelApprovalStatus", "ModelDataUrl", "Image", "algorithm"),
    *("EndpointStatus", "execution", "ModelCardContent", "dataset_sha256"),
    *("InputName", "S3Uri", "COLOUR", "ProcessingJobStatus", "Outcome", "Arn", "PipelineExecutionArn", "message"),
)
RUN = "/executions/Pipeline0/e00000000000"
PAGES = (
    *("/", "/?column=Run&q=%3Cscript%3E&sort=parameter:%22%3E%3Cimg", "/?status=%22%3E%3Cimg&pipeline=%3Cscript%3E"),
    *(f"{RUN}?step=Prepare", f"{RUN}?tab=timeline", f"{RUN}?tab=parameters", f"{RUN}?step=Below", f"{RUN}/stop"),
    *(f"{RUN}/from?step=Gate", f"{RUN}/from?step=%3Cimg", "/executions/%3Cimg src=x/%3Cscript%3E", "/%3Cimg src=x%3E"),
    *("/models", "/models?metric=%3Cimg", "/models/Pipeline0-regression/2", "/models/Pipeline0-regression/3/approve"),
    *("/start/Pipeline0", "/start/%3Cimg", "/start/Pipeline0/confirm?parameter:Run=%3Cimg&name=%3Cimg"),
    *("/files?uri=s3://bucket/%3Cimg%20src=x%3E/%3Cscript%3E", "/files?uri=%3Cimg"),
    *("/endpoints", "/endpoints/Pipeline0-regression", "/endpoints/Pipeline0-regression/delete"),
    "/compare?execution=Pipeline0/e00000000000&execution=Pipeline0/e00000000001",
)


class Marked:
    """An API whose answers have markup in some members."""

    def __init__(self, api: Api) -> None:
        self.api, self.members = api, frozenset[str]()

    def __call__(self, _service: str) -> Marked:
        return self

    def get_paginator(self, operation: str) -> Any:
        return _Paginator(getattr(self, operation))

    def __getattr__(self, operation: str) -> Any:
        call = getattr(self.api, operation)
        return lambda **request: self._mark(call(**_unmarked(request)))

    def _mark(self, value: Any, member: str = "") -> Any:
        if isinstance(value, dict):
            return {name: self._mark(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [self._mark(each, member) for each in value]
        if member == "PipelineDefinition":
            return json.dumps(self._mark(json.loads(value)))
        return f"{value}{MARK}" if member in self.members and isinstance(value, str) else value


class _Paginator:
    def __init__(self, operation: Any) -> None:
        self._operation = operation

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        yield self._operation(**request)


def _unmarked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _unmarked(each) for name, each in value.items()}
    return value.replace(MARK, "") if isinstance(value, str) else value


@pytest.fixture(scope="module")
def page():
    api = Marked(Api())
    studio = studio_over(api)
    with browsing(studio) as browser:
        yield api, studio, browser


def answers_with(members: frozenset[str], api: Marked, studio: Studio) -> None:
    """Mark these members from now on, and forget what was read before."""
    api.members = members
    studio.index, studio.details, studio.watched = Index("Pipeline0"), DetailStore("local"), Watched()
    studio.made, studio.models = MadeStore(), Models()


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(members=st.one_of(st.just(frozenset(MEMBERS)), st.frozensets(st.sampled_from(MEMBERS), min_size=1, max_size=4)))
def test_markup_is_escaped_wherever_it_comes_from(page, members):
    api, studio, browser = page
    answers_with(members, api, studio)
    studio.index.refresh(api, now=0.0)
    studio.details.want(entry.summary for entry in studio.index.entries)
    studio.details.refresh(api, api)
    for path in PAGES:
        answer = browser.get(path)
        assert answer.status_code in (200, 404), (path, answer.text)
        for piece in ("<script>alert", "<img", "<script>&", 'onerror=alert(2)>"'):
            assert piece not in answer.text, path


def test_markup_in_a_log_is_json(page):
    api, studio, browser = page
    answers_with(frozenset({"message"}), api, studio)
    answer = browser.get(f"{RUN}/steps/Prepare/log")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["lines"][0]["text"].endswith(MARK)
