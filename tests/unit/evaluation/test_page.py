"""The report: self-contained, in two languages, with charts that plotly accepts and numbers from evaluation.json."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation.errors import InputError
from evaluation.page import LANGUAGES, render
from evaluation.page.words import number, read_words
from evaluation.results import read_results

REPOSITORY = Path(__file__).parents[3]
SECTIONS = {
    "regression": ["over time", "scatter", "residuals"],
    "classification": ["confusion", "curves", "calibration"],
}


@pytest.fixture(scope="module")
def results(output):
    return read_results(output)


@pytest.fixture(scope="module")
def page(output):
    return (output / "report.html").read_text()


def charts_of(page):
    content = re.search(r'id="charts">(.*?)</script>', page, re.DOTALL).group(1)
    return json.loads(content, parse_constant=pytest.fail)


def test_plotly_accepts_every_chart(page):
    from plotly.graph_objects import Figure

    charts = charts_of(page)
    assert len(charts) >= 11
    for number_, chart in enumerate(charts):
        Figure(chart)
        assert f'id="chart-{number_}"' in page


def test_the_page_asks_nobody_for_anything(page):
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert re.findall(r"(?:src|href)\s*=\s*(\S+?)>", markup) == ['"data:,"']
    assert "@import" not in markup
    assert page.count("<script") == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_is_there_in_every_language(language, task, results):
    words, page = read_words(language), render(results, language)
    keys = ["summary", "comparison", *SECTIONS[task], "duel", "slices", "importance", "shap", "cost", "made"]
    for key in keys:
        assert f">{words(key)}</h" in page
    assert f'<html lang="{language}">' in page


def test_both_languages_have_the_same_words():
    english, korean = (read_words(language).texts for language in LANGUAGES)
    assert english.keys() <= korean.keys()
    for key, text in english.items():
        assert set(re.findall(r"{(\w+)}", text)) == set(re.findall(r"{(\w+)}", korean[key])), key


def test_the_numbers_are_those_of_evaluation_json(page, results):
    metric = results.report["metric"]
    for candidate in [*results.report["candidates"].values(), *results.report["baselines"].values()]:
        assert f">{number(candidate['test'][metric], metric)}</td>" in page


def test_what_comes_from_outside_is_escaped(output, tmp_path):
    shutil.copytree(output, tmp_path / "output")
    path = tmp_path / "output" / "evaluation.json"
    path.write_text(path.read_text().replace('"split": "days"', '"split": "</script><b>days"'))
    page = render(read_results(tmp_path / "output"))
    assert "<b>days" not in page
    assert "&lt;b&gt;days" in page


def test_a_generated_sample_is_announced(output, tmp_path):
    shutil.copytree(output, tmp_path / "output")
    path = tmp_path / "output" / "evaluation.json"
    path.write_text(path.read_text().replace("real-data", "generated-sample"))
    assert read_words("en")("generated") in render(read_results(tmp_path / "output"))


def test_the_report_is_written_anew_in_another_language_by_a_command(output, tmp_path):
    target = tmp_path / "report.html"
    command = [sys.executable, "-W", "error", "-m", "evaluation.page", str(output), "--lang", "ko"]
    ended = subprocess.run([*command, "--output", str(target)], cwd=REPOSITORY, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert '<html lang="ko">' in target.read_text()


def test_a_folder_without_an_evaluation_is_refused(tmp_path):
    with pytest.raises(InputError, match="is not the output of an evaluation"):
        read_results(tmp_path)
