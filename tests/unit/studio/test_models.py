"""Registered models: versions, metrics over them, where one came from, and approval."""

from __future__ import annotations

import re

import pytest

from pipelines.studio.views.chart import versions_chart
from tests.unit.studio.conftest import Api, browsing, studio_over

GROUP = "Pipeline0-regression"


def test_versions_have_metrics_and_roles(api: Api) -> None:
    with browsing(studio_over(api)) as browser:
        page = browser.get("/models").text
        assert re.search(r'<strong>Champion</strong></td>\s*<td class="text"><span class="status Approved">', page)
        assert "<strong>Challenger</strong>" in page
        assert "160.5" in page
        assert "rmse of 3 versions, from 120.5 to 160.5" in page


def test_list_has_a_fixed_number_of_calls(api: Api) -> None:
    with browsing(studio_over(api)) as browser:
        browser.get("/models")
        assert sorted(set(api.calls)) == ["DescribeModelPackage", "ListModelPackageGroups", "ListModelPackages"]
        api.calls.clear()
        browser.get("/models?metric=mae")
        assert api.calls == ["ListModelPackageGroups", "ListModelPackages"]


def test_version_shows_where_it_came_from(api: Api) -> None:
    studio = studio_over(api)
    studio.index.refresh(api, now=0.0)
    with browsing(studio) as browser:
        page = browser.get(f"/models/{GROUP}/2").text
        assert "sha-of-2" in page
        assert 'href="/executions/Pipeline0/e00000000002"' in page
        assert browser.get(f"/models/{GROUP}/2/card.json").json() == {"purpose": "to predict"}


def test_approval_asks_and_keeps_the_comment(api: Api) -> None:
    studio = studio_over(api)
    with browsing(studio) as browser:
        assert "It becomes the champion" in browser.get(f"/models/{GROUP}/3/approve").text
        assert api.changes == []
        form = {"token": studio.access.form_token, "comment": " looks good "}
        assert browser.post(f"/models/{GROUP}/3/approve", data=form).status_code == 200
        ((what, request),) = api.changes
        assert (what, request["ModelApprovalStatus"]) == ("approval", "Approved")
        assert request["ModelPackageArn"].endswith(f"{GROUP}/3")
        assert request["ApprovalDescription"] == "looks good"


def test_read_only_page_approves_nothing(api: Api) -> None:
    studio = studio_over(api, read_only=True)
    with browsing(studio) as browser:
        assert "/approve" not in browser.get(f"/models/{GROUP}/3").text
        form = {"token": studio.access.form_token}
        assert browser.post(f"/models/{GROUP}/3/approve", data=form).status_code == 403
        assert api.changes == []


@pytest.mark.parametrize("path", [f"/models/{GROUP}/none", f"/models/{GROUP}/99", "/models/none/1"])
def test_what_is_not_there_is_said(api: Api, path: str) -> None:
    with browsing(studio_over(api)) as browser:
        assert browser.get(path).status_code == 404


def test_equal_metrics_are_a_flat_line() -> None:
    chart = versions_chart([(1, 5.0), (2, 5.0)])
    assert chart is not None
    assert len({point.y for point in chart.lines[""]}) == 1
