"""The report in a real browser: no requests, no errors, no overflow."""

import pytest

from evaluation.output.results import read_results
from evaluation.page.document import render
from tests.support.browser import CHROMIUM, browser, open_page

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")]


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("dark", [False, True])
def test_report_is_self_contained_and_fits(output, tmp_path, width, language, dark):
    page_file = tmp_path / "report.html"
    page_file.write_text(render(read_results(output), language), encoding="utf-8")
    with browser() as pipe, open_page(pipe, page_file.as_uri(), width=width, dark=dark) as page:
        assert [address for address in page.requests if not address.startswith("blob:")] == [page_file.as_uri()]
        assert page.errors == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.evaluate("started.then(() => dispatchEvent(new Event('beforeprint')))")
        charts = page.evaluate("document.querySelectorAll('.chart').length")
        assert page.evaluate("document.querySelectorAll('.chart .main-svg').length") >= charts > 8
        drawn = "[...document.querySelectorAll('.chart .main-svg')]"
        assert page.evaluate(f"Math.max(...{drawn}.map(one => one.getBoundingClientRect().right))") <= width
