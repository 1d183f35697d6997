"""Results in the terminal in Korean."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pipelines.cli import common
from pipelines.cli.common.rendering import facts, words
from pipelines.serving.endpoints.predictions import predictions_of
from tests.unit.serving.test_words import HOUR, SCHEMA

COMMON = Path(common.__file__).parent
TEXTS = json.loads((COMMON / "translations.json").read_text(encoding="utf-8"))


def test_translations_have_the_values_of_their_texts():
    for text, translated in TEXTS.items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", translated["ko"])), text


def test_labels_of_double_width_are_aligned():
    t = words("ko")
    assert facts([(t("report"), "a"), (t("winner"), "b")]) == "보고서:       a\n선택된 모델:  b\n"


def test_an_unknown_text_stays_english():
    assert words("ko")("no such text") == words("en")("no such text") == "no such text"


def test_predictions_are_in_korean():
    made = predictions_of(SCHEMA, "regression", "datetime", [HOUR], [437.2], None)
    assert made.in_words(words("ko")) == "2018-12-01 08:00  437 건 예상\n"
