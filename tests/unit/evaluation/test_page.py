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
from evaluation.output.results import Results, read_results
from evaluation.page.document import render
from evaluation.page.marks import (
    MOST_POINTS,
    colours,
    finest_slicings,
    ordered_slicing,
    roc_side,
    sample,
    time_ticks,
    value_range,
    with_breaks,
)
from evaluation.page.texts import TRANSLATIONS, Texts, texts_of
from evaluation.pictures import draw_pictures
from evaluation.pictures.canvas import drawable_texts
from evaluation.strict_json import write_json
from html_page.translations import LANGUAGES

REPOSITORY = Path(__file__).parents[3]
SECTIONS = {
    "regression": ["over time", "scatter"],
    "binary": ["confusion", "curves", "calibration"],
    "multiclass": ["confusion", "classes", "calibration"],
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
    rows = with_breaks(pd.DataFrame({"at": hours, "actual": [3, 1, 2], "predicted": [3.5, 1.5, 2.5]}), "at")
    assert rows["actual"].isna().tolist() == [False, False, True, False]
    assert rows["predicted"].dropna().tolist() == [1.5, 2.5, 3.5]


def test_line_of_months_does_not_break():
    months = pd.date_range("2018-01-01", periods=24, freq="MS")
    rows = with_breaks(pd.DataFrame({"at": months, "actual": 1.0, "predicted": 1.0}), "at")
    assert rows["actual"].notna().all()
    assert list(time_ticks(rows["at"]).values())[:2] == ["2018-01", "2018-03"]


def test_charts_of_many_rows_draw_some():
    rows = pd.DataFrame({"at": pd.date_range("2018-01-01", periods=MOST_POINTS + 9, freq="h"), "actual": 1.0})
    assert len(sample(rows)) == len(with_breaks(rows, "at")) == MOST_POINTS
    assert with_breaks(rows, "at")["at"].max() == rows["at"].max()


@pytest.mark.parametrize(("values", "ends"), [([0, 100], (0, 104)), ([100, 200], (0, 208)), ([900, 1000], (896, 1004))])
def test_range_begins_at_0_where_that_is_near(values, ends):
    rows = pd.DataFrame({"actual": values, "predicted": values})
    assert value_range([rows], 0.04) == ends


def test_kinds_of_slices():
    hours = [{"by": "hour", "value": str(hour)} for hour in range(24)]
    others = [{"by": by, "value": value} for by, value in (("x", "a"), ("x", "b"), ("y", "1"))]
    assert ordered_slicing([*others, *hours]) == "hour"
    assert ordered_slicing(others) is None
    assert finest_slicings([*others, *hours]) == ["x", "hour"]


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
def test_sections_in_every_language(language, kind, results):
    texts, page = texts_of(results.report, language), render(results, language)
    keys = ["summary", "comparison", *SECTIONS[kind], "duel", "slices", "importance", "shap", "cost", "made"]
    for key in keys:
        assert f">{texts(key)}</h" in page
    assert ">Bikes: " in page
    assert "_word" not in page
    assert f'<html lang="{language}">' in page


def test_texts_in_both_languages():
    for key, texts in TRANSLATIONS.texts.items():
        assert "ko" in texts, key
        if "en" in texts:  # names of slices and baselines are English already
            assert set(re.findall(r"{(\w+)}", texts["en"])) == set(re.findall(r"{(\w+)}", texts["ko"])), key


def test_a_note_names_who_is_better_on_the_test_set(results):
    best, other = results.best, next(name for name in results.report["candidates"] if name != results.best)
    for better, noted in ((other, True), (best, False)):
        pair = {**results.report["comparisons"][0], "first": best, "second": other, "better": better}
        report = {**results.report, "comparisons": [{**pair, "verdict": "better"}]}
        page = render(Results(report, results.predictions))
        texts = texts_of(report, "en")
        sentence = f"On the test set, {texts(other)} is better than {texts(best)} by more than chance."
        assert (f'<p class="warning">{sentence}' in page) == noted
        assert "Chosen on validation" in page


def test_names_of_classes_are_escaped(kind, page):
    if kind == "multiclass":
        assert "<mid>" not in page
        assert "&lt;mid&gt;" in page
        assert "&lt;mid&gt;" in unpacked(page, "charts")


def test_report_without_slices_and_time(output, tmp_path, kind):
    shutil.copytree(output, tmp_path / "output")
    report = read_results(output).report
    report |= {"slices": [], "worst_slices": [], "keys": {"columns": [], "time": None, "unit_word": None}}
    write_json(tmp_path / "output" / "evaluation.json", {**report, "words": {}})
    results = read_results(tmp_path / "output")
    page = render(results)
    for key in ("slices", "over time"):
        assert f">{Texts('en')(key)}</h2>" not in page
    assert "300 rows in the test set" in page.replace("300 in the test set", "300 rows in the test set")
    assert "drawn by row" in page
    pictures = [file.stem for file in draw_pictures(results, tmp_path)]
    assert not {"slices", "residuals", "actual-over-time"} & set(pictures)


def test_metrics_match_evaluation(page, results):
    number, metric = texts_of(results.report, "en").number, results.report["metric"]
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


@pytest.mark.parametrize(
    ("scale", "metric", "shown"),
    [
        (145, "rmse", "145.5"),
        (145, "mse", "145"),
        (1.45, "mae", "145.451"),
        (0.002, "rmse", "145.451200"),
        (1, "auc", "145.5"),
    ],
)
def test_numbers_follow_the_unit_of_the_target(scale, metric, shown):
    assert Texts("en", scale=scale).number(145.4512, metric) == shown


def test_short_name_keeps_the_value():
    name = Texts("en").short_slice_name({"by": "petal length of the flower", "value": "1.35 to 1.8"})
    assert name == "petal length o…: 1.35 to 1.8"


def test_words_are_of_the_data_set():
    texts = Texts("ko", names={"rain": {"ko": "비"}}, words={"rows": {"en": "hours"}})
    assert (texts.name("rain"), texts.name("summary"), texts.word("rows"), texts.word("row")) == (
        "비",
        "summary",
        "hours",
        "행",
    )


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
    texts = drawable_texts(results.report, "ko")
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
