"""The data page is self-contained, bilingual, and shows the numbers of the data report."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

WORDS = Path(__file__).parents[3] / "processing_scripts" / "seoul_bike" / "report" / "translations.json"


@pytest.fixture(scope="module")
def job(raw_frame, csv_bytes, run_job):
    frame = raw_frame()
    frame.loc[[30, 31], "Humidity(%)"] = "0"
    return run_job(csv_bytes(frame))


@pytest.fixture(scope="module")
def page(job) -> str:
    return (job.output / "schema" / "data-report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def report(job) -> dict:
    return json.loads((job.output / "schema" / "data-report.json").read_text(encoding="utf-8"))


def test_page_loads_nothing(page):
    assert re.findall(r"(?:src|href)\s*=\s*[^>]*", page) == ['href="data:,"']
    assert "@import" not in page
    assert "url(" not in page


def test_every_drawing_is_well_formed(page):
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) >= 5
    for drawing in drawings:
        ET.fromstring(drawing)


def test_texts_in_both_languages():
    for key, texts in json.loads(WORDS.read_text(encoding="utf-8")).items():
        assert texts.keys() == {"en", "ko"}, key
        english, korean = (set(re.findall(r"{(\w+)}", texts[language])) for language in ("en", "ko"))
        assert english == korean, key


def test_columns_oddities_and_sets_are_named(page, report):
    words = json.loads(WORDS.read_text(encoding="utf-8"))
    keys = [f"column {name}" for name in report["distribution"]]
    keys += [f"column {name}" for name in report["categories"]]
    keys += [f"oddity {one['name']}" for one in report["oddities"]]
    keys += [f"distance {part}" for part in report["drift"]]
    for key in keys:
        for text in words[key].values():
            assert text in page, key


def test_distances_match_report(page, report):
    for columns in report["drift"].values():
        for column in columns.values():
            if column["distance"] is not None:
                assert f"</span>{column['distance']:.3f}</td>" in page


def test_meanings_match_report(report):
    words = json.loads(WORDS.read_text(encoding="utf-8"))
    for one in report["oddities"]:
        assert words[f"meaning {one['name']}"]["en"] == one["meaning"]
