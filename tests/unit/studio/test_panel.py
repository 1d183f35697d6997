"""The panel of a step: why it ran, where its inputs came from, its files and its learning curves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from local_sagemaker.definition.parse import Step as DefinedStep
from pipelines.studio.queries.caching import DIFFERENT, EXPIRED, MOST_EXECUTIONS, NO_RESULT, SAME
from pipelines.studio.queries.graph import makers_of
from pipelines.studio.state import Studio
from pipelines.studio.views.chart import curves_chart, path_of
from tests.unit.studio.conftest import Api, browsing, studio_over

RUN = "/executions/Pipeline0/e00000000002"
JOB = "prepare-e00000000002"


@pytest.fixture
def studio(api: Api) -> Studio:
    studio = studio_over(api)
    studio.index.refresh(api, now=0.0)
    return studio


def test_argument_that_kept_a_step_from_the_cache(api: Api, studio: Studio) -> None:
    api.colours = {JOB: "red"}
    with browsing(studio) as browser:
        page = browser.get(f"{RUN}?step=Prepare").text
    assert DIFFERENT in page
    assert "<dt>Environment.COLOUR</dt><dd><del>blue</del><ins>red</ins></dd>" in page
    assert "/executions/Pipeline0/e00000000001?step=Prepare" in page


def test_same_arguments_are_said(studio: Studio) -> None:
    with browsing(studio) as browser:
        assert SAME in browser.get(f"{RUN}?step=Prepare").text


def test_result_that_has_expired(api: Api, studio: Studio) -> None:
    api.executions["Pipeline0"][0]["StartTime"] += timedelta(days=31)
    with browsing(studio) as browser:
        assert EXPIRED in browser.get(f"{RUN}?step=Prepare").text


def test_first_execution_has_no_earlier_result(studio: Studio) -> None:
    with browsing(studio) as browser:
        assert NO_RESULT in browser.get("/executions/Pipeline0/e00000000000?step=Prepare").text


def test_search_for_an_earlier_result_is_bounded() -> None:
    api = Api(executions=20)
    answer = api.list_pipeline_execution_steps
    latest = api.executions["Pipeline0"][0]["PipelineExecutionArn"]

    def nothing_before(**request: Any) -> dict[str, Any]:
        found = answer(**request)
        return found if request["PipelineExecutionArn"] == latest else {"PipelineExecutionSteps": []}

    api.list_pipeline_execution_steps = nothing_before  # type: ignore[method-assign]
    studio = studio_over(api)
    studio.index.refresh(api, now=0.0)
    with browsing(studio) as browser:
        for _ in range(2):
            assert NO_RESULT in browser.get("/executions/Pipeline0/e00000000019?step=Prepare").text
    assert api.calls.count("ListPipelineExecutionSteps") == 1 + MOST_EXECUTIONS


def test_step_without_cache_has_no_reason(studio: Studio) -> None:
    with browsing(studio) as browser:
        assert "Why it ran" not in browser.get(f"{RUN}?step=Gate").text


def test_inputs_name_the_steps_that_made_them() -> None:
    result = {"Get": "Steps.Prepare.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri"}
    arguments = {
        "InputDataConfig": [
            {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": result}}},
            {"ChannelName": "given", "DataSource": {"S3DataSource": {"S3Uri": {"Get": "Parameters.Data"}}}},
        ]
    }
    assert makers_of(DefinedStep("Train", "Training", arguments)) == {"train": "Prepare"}
    model = {"PrimaryContainer": {"ModelDataUrl": {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}}}
    assert makers_of(DefinedStep("Create", "Model", model)) == {"model": "Train"}


def test_files_below_an_address(studio: Studio) -> None:
    with browsing(studio) as browser:
        assert "s3%3A//bucket/data/part.csv" in browser.get("/files?uri=s3://bucket/data/part.csv").text
        assert browser.get("/files?uri=file:///etc/passwd").status_code == 404


def test_files_are_saved_and_never_shown(studio: Studio) -> None:
    with browsing(studio) as browser:
        answer = browser.get("/file?uri=s3://bucket/evaluation-1/page.html")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == 'attachment; filename="page.html"'
    assert b"rmse" in answer.content


def test_curves_share_one_scale_and_few_points() -> None:
    chart = curves_chart({"train": {at: 10.0 / (1 + at) for at in range(5000)}, "validation": {0: 20.0, 4999: 5.0}})
    assert chart is not None
    assert (chart.lowest, chart.highest, chart.last) == (10.0 / 5000, 20.0, 4999)
    assert len(chart.lines["train"]) <= 162
    assert path_of(chart.lines["validation"]).startswith("14.0,14.0 386.0,")
    assert curves_chart({}) is None
    assert curves_chart({"train": {0: 1.0}}) is None
