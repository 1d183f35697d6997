"""The texts of the page in Korean."""

from __future__ import annotations

import json
import re

from pipelines.studio.queries.caching import REASONS
from pipelines.studio.queries.comparing import THERE
from pipelines.studio.queries.graph import CACHED, SKIPPED, WAITING
from pipelines.studio.queries.jobs import FACTS
from pipelines.studio.views.actions import ACTIONS
from pipelines.studio.views.deployment import DEPLOY, UPDATE
from pipelines.studio.views.endpoints import DELETE
from pipelines.studio.views.execution import TABS
from pipelines.studio.views.executions import STATUSES
from pipelines.studio.views.models import DECISIONS, LINEAGE
from pipelines.studio.views.questions import ENDPOINT_COSTS, JOBS_COST
from pipelines.studio.views.rendering import ROOM
from pipelines.studio.views.start import START
from tests.unit.studio.conftest import browsing, studio_over

QUESTIONS = (*ACTIONS.values(), *DECISIONS.values(), DELETE, DEPLOY, UPDATE, START)
TEXTS = json.loads((ROOM / "translations.json").read_text(encoding="utf-8"))


def test_every_text_has_a_translation():
    templates = [file.read_text(encoding="utf-8") for file in (ROOM / "templates").glob("*.html")]
    used = {text for template in templates for text in re.findall(r'\bt\("([^"]+)"', template)}
    used |= {text for question in QUESTIONS for text in (question.title, question.effect)}
    used |= {JOBS_COST, ENDPOINT_COSTS}
    used |= {*TABS, *STATUSES, *LINEAGE, CACHED, SKIPPED, WAITING, THERE, *REASONS, *FACTS}
    assert sorted(used - TEXTS.keys()) == []


def test_translations_have_the_values_of_their_texts():
    for text, translated in TEXTS.items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", translated["ko"])), text


def test_language_is_remembered(api):
    with browsing(studio_over(api)) as browser:
        assert '<html lang="en">' in browser.get("/").text
        page = browser.get("/language/ko?back=/%3Fstatus%3DFailed")
        assert page.url.query == b"status=Failed"
        assert '<html lang="ko">' in page.text
        assert "실행" in browser.get("/").text
