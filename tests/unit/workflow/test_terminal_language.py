"""Results in the terminal in Korean."""

from __future__ import annotations

import io
import json
import logging
import re
from pathlib import Path

from pipelines.cli import common
from pipelines.cli.common import console
from pipelines.cli.common.rendering import facts, words
from pipelines.data.sample import MEANS_NOTHING
from pipelines.serving.endpoints.predictions import predictions_of
from pipelines.settings.sentences import Sentence
from tests.unit.serving.test_words import HOUR, SCHEMA

COMMON = Path(common.__file__).parent
TEXTS = json.loads((COMMON / "translations.json").read_text(encoding="utf-8"))


def test_translations_have_the_values_of_their_texts():
    for text, translated in TEXTS.items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", translated["ko"])), text
        assert re.findall(r"%[.\d]*[a-z]", text) == re.findall(r"%[.\d]*[a-z]", translated["ko"]), text


def test_translated_sentences_exist_in_the_code():
    code = "".join(path.read_text(encoding="utf-8") for path in COMMON.parents[1].rglob("*.py"))
    sentences = [text for text in TEXTS if "%" in text or text.endswith(".")]
    joined = re.sub(r'"\s*\n\s*f?"', "", code)
    assert [text for text in sentences if text not in joined] == []


def test_sentences_within_sentences_are_translated():
    sentence = Sentence.of("The model was {generated}.", generated=Sentence.of(MEANS_NOTHING))
    assert sentence == f"The model was {MEANS_NOTHING}."
    assert words("ko")(sentence) == "이 모델은 생성된 표본으로 학습했으며 그 수치에는 의미가 없습니다."


def test_labels_of_double_width_are_aligned():
    t = words("ko")
    assert facts([(t("report"), "a"), (t("winner"), "b")]) == "보고서:       a\n선택된 모델:  b\n"


def test_an_unknown_text_stays_english():
    assert words("ko")("no such text") == words("en")("no such text") == "no such text"


def test_predictions_are_in_korean():
    made = predictions_of(SCHEMA, "regression", "datetime", [HOUR], [437.2], None)
    assert made.in_words(words("ko")) == "2018-12-01 08:00  437 건 예상\n"


def test_messages_on_stderr_are_translated(monkeypatch):
    written = io.StringIO()
    monkeypatch.setattr(console.logger, "handlers", [logging.StreamHandler(written)])
    monkeypatch.setattr(console.logger, "level", logging.INFO)
    console.translate_log(words("ko"))
    console.logger.info("Target: %s, because %s.", "aws", Sentence.of("an execution role is given"))
    console.logger.info("no such message: %d %%", 3)
    assert written.getvalue() == "실행 위치: aws. 이유: 실행 역할을 지정했습니다.\nno such message: 3 %\n"
