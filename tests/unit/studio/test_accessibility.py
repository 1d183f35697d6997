"""Every view in both languages, light and dark: axe-core finds nothing serious."""

from __future__ import annotations

import pytest

from tests.support import axe
from tests.support.browser import CHROMIUM, browser, open_page
from tests.unit.studio.conftest import VIEWS, Api, browsing, studio_over


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
def test_nothing_serious_in_any_view(api: Api, pytestconfig: pytest.Config) -> None:
    script = axe.install(pytestconfig.cache.mkdir("axe-core"))
    if script is None:
        pytest.skip("npm cannot install axe-core")
    studio = studio_over(api)
    studio.index.refresh(api, now=0.0)
    studio.details.want(entry.summary for entry in studio.index.entries)
    with browsing(studio, polls=True), browser() as pipe, open_page(pipe, studio.access.address, width=1440) as page:
        base = studio.access.url.rstrip("/")
        for language in ("en", "ko"):
            page.open(f"{base}/language/{language}", width=1440)
            for view in VIEWS:
                for dark in (False, True):
                    page.open(base + view, width=1440, dark=dark)
                    assert axe.serious_findings(page, script) == [], (view, language, dark)
