"""The report is self-contained, translated, and shows the numbers of evaluation.json."""

import base64
import json
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pandas as pd
import pytest

from evaluation.errors import InputError
from evaluation.output.results import read_results
from evaluation.page.document import render
from evaluation.page.marks import colours, roc_side, with_breaks
from evaluation.page.texts import TRANSLATIONS, Texts, number
from evaluation.pictures import draw_pictures
from evaluation.pictures.canvas import texts_of
from evaluation.strict_json import write_json
from html_page.translations import LANGUAGES

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


def unpacked(page, name):
    length, content = re.search(rf'id="{name}" data-bytes="(\d+)">(.*?)</script>', page).groups()
    return zlib.decompress(base64.a85decode(content.replace("v", "<"))[: int(length)]).decode()


def charts_of(page):
    return json.loads(unpacked(page, "charts"), parse_constant=pytest.fail)


def test_page_under_2_mb_contains_plotly(page):
    assert len(page.encode()) < 2_000_000
    assert unpacked(page, "plotly").startswith("/**\n* plotly.js v")


def test_colours_belong_to_algorithms(results):
    every = colours(results.report)
    fewer = {**results.report, "candidates": {"catboost": {}, "own": {}}}
    assert len({every[name] for name in results.report["candidates"]}) == 3
    assert colours(fewer)["catboost"] == every["catboost"]
    assert colours(fewer)["own"] not in set(every.values())


def test_line_breaks_where_days_are_missing():
    hours = pd.to_datetime(["2018-01-03 01:00", "2018-01-01 22:00", "2018-01-01 23:00"])
    rows = with_breaks(pd.DataFrame({"datetime": hours, "actual": [3, 1, 2], "predicted": [3.5, 1.5, 2.5]}))
    assert rows["actual"].isna().tolist() == [False, False, True, False]
    assert rows["predicted"].dropna().tolist() == [1.5, 2.5, 3.5]


@pytest.mark.parametrize(("rate", "side"), [(0.0, 0.05), (0.07, 0.3), (0.5, 1.0)])
def test_roc_is_cut_to_the_corner(rate, side):
    curve = {"false_positive_rates": [0, rate, 1], "true_positive_rates": [0, 1 - rate, 1]}
    assert roc_side({"candidates": {"one": {"receiver_operating_characteristic_curve": curve}}}) == side


def test_plotly_accepts_every_chart(page):
    from plotly.graph_objects import Figure

    charts = charts_of(page)
    assert len(charts) >= 11
    for number_, chart in enumerate(charts):
        Figure(chart)
        assert f'id="chart-{number_}"' in page


def test_page_loads_nothing(page):
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    addresses = re.findall(r"""(?:src|href)\s*=\s*"(\S*?)">""", markup)
    assert [address for address in addresses if not address.startswith("#part-")] == ["data:,"]
    assert re.findall(r"(?:src|href)\s*=\s*[^\s\"]", markup) == []
    assert "@import" not in markup
    assert page.count("<script") == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_sections_in_every_language(language, task, results):
    texts, page = Texts(language), render(results, language)
    keys = ["summary", "comparison", *SECTIONS[task], "duel", "slices", "importance", "shap", "cost", "made"]
    for key in keys:
        assert f">{texts(key)}</h" in page
    assert f'<html lang="{language}">' in page


def test_texts_in_both_languages():
    for key, texts in TRANSLATIONS.texts.items():
        assert "ko" in texts, key
        if "en" in texts:  # names of slices and baselines are English already
            assert set(re.findall(r"{(\w+)}", texts["en"])) == set(re.findall(r"{(\w+)}", texts["ko"])), key


def test_metrics_match_evaluation(page, results):
    metric = results.report["metric"]
    for candidate in [*results.report["candidates"].values(), *results.report["baselines"].values()]:
        assert f">{number(candidate['test'][metric], metric)}</td>" in page


def test_numbers_match_evaluation(page, results):
    """Of numbers with decimals; what has none may be a count or a word of the text, such as 95 %."""
    texts = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    shown = set(re.findall(r"-?\d+\.\d+", texts.replace(",", ""))) - {"0.5"}
    assert len(shown) > 20
    times = [one["cost"]["microseconds_per_row"] for one in results.report["candidates"].values()]
    shares = [100 * value for value in shares_of(results.report)]
    known = [*numbers_in(results.report), *(slow / fast for slow in times for fast in times), *shares]
    for text in shown:
        decimals = len(text.partition(".")[2])
        assert any(f"{value:.{decimals}f}" == text for value in known), text


def shares_of(report):
    """The shares that confusion matrices show beside their counts."""
    for candidate in report["candidates"].values():
        for key in ("confusion_matrix", "confusion_matrix_at_cut_off"):
            for row in candidate.get(key, {}).values():
                yield from (count / max(sum(row.values()), 1) for count in row.values())


def numbers_in(content):
    if isinstance(content, dict | list):
        for value in content.values() if isinstance(content, dict) else content:
            yield from numbers_in(value)
    elif isinstance(content, float | int):
        yield content


def test_twin_without_history(page, results):
    twin = results.report["candidates"]["lightgbm"]["without_history"]
    assert (twin["features"], twin["left_out"]) == (2, 1)
    assert twin["test"].keys() == results.report["candidates"]["lightgbm"]["test"].keys()
    assert (twin["comparison"]["first"], twin["comparison"]["second"]) == ("with history", "without history")
    assert "without_history" not in results.report["candidates"]["xgboost"]
    assert f">{Texts('en')('history')}</h2>" in page


def test_tuning_section(output, tmp_path, task):
    shutil.copytree(output, tmp_path / "output")
    report = read_results(tmp_path / "output").report
    names = list(report["candidates"])
    trials = [
        {"status": "Completed", "value": 1 / (1 + at), "seconds": 2.0, "hyperparameters": {"depth": f"{at}"}}
        for at in range(3)
    ]
    history = {
        "job": "job",
        "objective": "validation:rmse",
        "goal": "Minimize",
        "ranges": {},
        "trials": trials,
        "best": 2,
    }
    report["tuning"] = {names[0]: history, names[1]: {"job": "other-job", "unknown": "Nobody answered."}}
    comparison = {
        **report["comparisons"][0],
        "first": "tuned",
        "second": "untuned",
        "verdict": "better",
        "better": "tuned",
    }
    untuned = {part: report["candidates"][names[0]][part] for part in ("validation", "test")}
    report["untuned"] = {
        "version": "7",
        "created": "2026-01-02",
        "candidates": {names[0]: {**untuned, "comparison": comparison}},
    }
    write_json(tmp_path / "output" / "evaluation.json", report)
    results = read_results(tmp_path / "output")
    page = render(results)
    assert "other-job cannot be read: Nobody answered." in page
    assert "Version 7 of the model package group, created on 2026-01-02" in page
    assert "the tuned model is better" in page
    assert ">depth 2</td>" in page
    assert "tuning.png" in [file.name for file in draw_pictures(results, tmp_path)]
    unknown = {**report, "untuned": {"unknown": "There is none."}}
    write_json(tmp_path / "output" / "evaluation.json", unknown)
    assert "No untuned version to compare with: There is none." in render(read_results(tmp_path / "output"))


def test_input_is_escaped(output, tmp_path):
    shutil.copytree(output, tmp_path / "output")
    path = tmp_path / "output" / "evaluation.json"
    path.write_text(path.read_text().replace('"split": "days"', '"split": "</script><b>days<!--<script>"'))
    page = render(read_results(tmp_path / "output"))
    assert "<b>days" not in page
    assert "&lt;b&gt;days" in page
    assert "<!--" not in page[page.index('id="plotly"') :], "a browser would look for the end of a second script"


def test_generated_sample_warning(output, tmp_path):
    shutil.copytree(output, tmp_path / "output")
    path = tmp_path / "output" / "evaluation.json"
    path.write_text(path.read_text().replace("real-data", "generated-sample"))
    page = render(read_results(tmp_path / "output"))
    assert Texts("en")("generated") in page
    assert f"; {Texts('en')('sample')}" in page  # beside the winner


def test_pictures_in_korean(task, results, tmp_path):
    texts = texts_of("ko")
    if texts.language == "en":
        pytest.skip("no font has Hangul")
    (tmp_path / "en").mkdir()
    files = draw_pictures(results, tmp_path, "ko")
    english = draw_pictures(results, tmp_path / "en")
    assert [file.name for file in files] == [file.name for file in english]
    for korean, other in zip(files, english, strict=True):
        assert korean.read_bytes() != other.read_bytes(), korean.name


def test_command_rewrites_report_in_korean(output, tmp_path):
    target = tmp_path / "report.html"
    command = [sys.executable, "-W", "error", "-m", "evaluation.page", str(output), "--lang", "ko"]
    ended = subprocess.run([*command, "--output", str(target)], cwd=REPOSITORY, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert '<html lang="ko">' in target.read_text()


def test_folder_without_evaluation(tmp_path):
    with pytest.raises(InputError, match="is not the output of an evaluation"):
        read_results(tmp_path)
