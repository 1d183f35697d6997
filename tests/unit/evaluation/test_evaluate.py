"""The evaluation as a whole, with real models of the three libraries."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.output.model_card import model_card
from evaluation.output.report import verdict
from evaluation.strict_json import write_json

REPOSITORY = Path(__file__).parents[3]
AVERAGES = [f"{name}_{average}" for average in ("macro", "weighted") for name in ("precision", "recall", "f1")]
METRICS = {
    "regression": ["mse", "rmse", "mae", "r2"],
    "classification": ["accuracy", "precision", "recall", "f1", "auc"],
    "grade": ["accuracy", *AVERAGES, "auc", "log_loss"],
}
PICTURES = {
    "regression": ["actual-against-predicted.png", "actual-over-time.png", "residuals.png"],
    "classification": ["calibration.png", "confusion-matrix.png", "curves.png"],
    "grade": ["calibration.png", "confusion-matrix.png"],
}
RANKING = {"regression": ("rmse", min), "classification": ("auc", max), "grade": ("log_loss", min)}
PICTURES_OF_ALL = ["comparison.png", "cost.png", "importance.png", "shap.png", "slices.png"]
CLASSES = ["low", "<mid>", "높음"]
ALGORITHMS = ("xgboost", "lightgbm", "catboost")


def strict(text):
    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture(scope="module")
def report(output):
    return strict((output / "evaluation.json").read_text())


@pytest.fixture(scope="module")
def studio(output):
    return strict((output / "metrics.json").read_text())


def test_output_files(task, output):
    expected = ["evaluation.json", "metrics.json", "model-card.json", "report.html", "schema.json", "verdict.json"]
    expected += [*PICTURES[task], *PICTURES_OF_ALL, "statistics.json", "constraints.json", "baseline-rows.csv"]
    assert sorted(path.name for path in output.iterdir()) == sorted(
        expected + [f"predictions-{name}.csv" for name in ALGORITHMS]
    )


def test_verdict_is_an_extract_of_the_evaluation(output, report):
    small = strict((output / "verdict.json").read_text())
    assert small == {name: report[name] for name in ("task", "metric", "best", "champion", "model_card")}


def test_verdict_is_small_with_long_names(output, report, tmp_path):
    name, folder = "n" * 63, "s3://" + "b" * 63 + "/" + "k" * 950
    best = {**report["best"], "image": "i" * 255, "model_data": f"{folder}/model.tar.gz", "dataset": "d" * 256}
    slices = [{**slice_, "value": f"{number:063}"} for slice_ in report["slices"] for number in range(100)]
    candidates = {f"{name}{number}": candidate for number, candidate in enumerate(report["candidates"].values())}
    slices = [{**slice_, "candidates": {best["algorithm"]: {"rmse": 1.0, "accuracy": 1.0}}} for slice_ in slices]
    long = {**report, "best": {**best, "reason": name * 5}, "candidates": candidates, "slices": slices}
    write_json(tmp_path / "verdict.json", verdict({**long, "model_card": model_card(long)}))
    assert (tmp_path / "verdict.json").stat().st_size < 16_000


def test_candidates_are_measured_on_both_sets(task, report):
    assert list(report["candidates"]) == list(ALGORITHMS)
    for candidate in report["candidates"].values():
        assert list(candidate["validation"]) == list(candidate["test"]) == METRICS[task]


def test_selected_candidate_ranks_first_or_is_faster(task, report):
    metric, choose = RANKING[task]
    values = {name: candidate["validation"][metric] for name, candidate in report["candidates"].items()}
    first, best = choose(values, key=values.get), report["best"]["algorithm"]
    assert report["metric"] == metric
    if best == first:
        assert report["best"]["reason"] == f"first by {metric} on the validation set"
        return
    pairs = [pair["validation"] for pair in report["comparisons"] if {pair["first"], pair["second"]} == {first, best}]
    assert [pair["verdict"] for pair in pairs] == ["no significant difference"]
    times = {name: candidate["cost"]["usual_microseconds_per_row"] for name, candidate in report["candidates"].items()}
    assert times[first] >= 2 * times[best]


def test_candidates_beat_baselines(task, report):
    linear = "linear regression" if task == "regression" else "logistic regression"
    assert list(report["baselines"]) == ["calendar mean", linear]
    metric = report["metric"]
    for measured in [*report["candidates"].values(), *report["baselines"].values()]:
        low, high = measured["test_interval"]
        assert low < measured["test"][metric] < high
    for candidate in [report["best"], *report["candidates"].values()]:
        value, choose = candidate["test"][metric], RANKING[task][1]
        ahead = {name: choose(value, one["test"][metric]) != value for name, one in report["baselines"].items()}
        assert not ahead["calendar mean"]
        assert candidate["beats_baselines"] == "yes" or ahead[linear]


def test_pairs_are_compared_on_both_sets(report):
    pairs = [("xgboost", "lightgbm"), ("xgboost", "catboost"), ("lightgbm", "catboost")]
    assert [(pair["first"], pair["second"]) for pair in report["comparisons"]] == pairs
    for pair in report["comparisons"]:
        first, second = (report["candidates"][name] for name in (pair["first"], pair["second"]))
        for compared, part in ((pair, "test"), (pair["validation"], "validation")):
            difference = first[part][report["metric"]] - second[part][report["metric"]]
            assert compared["difference"] == pytest.approx(difference)
            assert compared["interval"][0] <= compared["interval"][1]


def test_classifier_at_its_cut_off(kind, report):
    if kind != "binary":
        return
    for candidate in report["candidates"].values():
        assert 0 < candidate["cut_off"] < 1
        assert candidate["test_at_cut_off"].keys() == candidate["test"].keys()
        assert candidate["test_at_cut_off"]["auc"] == candidate["test"]["auc"]
        counts = candidate["confusion_matrix_at_cut_off"]
        assert (counts["0"]["0"] + counts["1"]["1"]) / 300 == pytest.approx(candidate["test_at_cut_off"]["accuracy"])
        assert candidate["calibration"]["method"] in {"none", "platt", "isotonic"}


def test_candidates_have_explanations_and_cost(report):
    for candidate in report["candidates"].values():
        assert sum(one["share"] for one in candidate["importance"]) == pytest.approx(1)
        assert {one["feature"] for one in candidate["shap"]} == {"hour", "temperature", "rainfall"}
        assert candidate["shap"][-1]["feature"] == "rainfall"  # which the labels do not depend on
        assert candidate["cost"].keys() == {
            "model_bytes",
            "trees",
            "microseconds_per_row",
            "usual_microseconds_per_row",
        }
        assert candidate["cost"]["model_bytes"] > 1000


def test_unknown_task(source, tmp_path, evaluate_candidates):
    assert evaluate_candidates("other", source, tmp_path / "output") == 1
    assert "has no task 'other', but regression, classification, grade" in (tmp_path / "message").read_text()


def test_training_seconds(task, source, tmp_path, monkeypatch):
    from evaluation.evaluate import main

    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    arguments = ["--task", task, "--input", str(source), "--output", str(tmp_path / "output")]
    arguments += ["--candidate", "xgboost", "image", "s3://bucket/model.tar.gz", "--lang", "ko"]
    message = ["--message", str(tmp_path / "message")]
    assert main([*arguments, *message, "--training-job", "xgboost", "job-1", "12.5"]) == 0
    report = strict((tmp_path / "output" / "evaluation.json").read_text())
    assert report["candidates"]["xgboost"]["cost"]["training_job_seconds"] == 12.5
    assert '<html lang="ko">' in (tmp_path / "output" / "report.html").read_text()
    for words, expected in (
        (("lightgbm", "job-1", "1"), "the candidates are xgboost"),
        (("xgboost", "job-1", "long"), "is not a number"),
    ):
        assert main([*arguments, *message, "--training-job", *words]) == 1
        assert expected in (tmp_path / "message").read_text()


def test_best_contains_what_registering_needs(report, source):
    best = report["best"]
    name = best["algorithm"]
    assert best["image"] == f"image-of-{name}"
    assert best["model_data"] == f"s3://bucket/{name}/model.tar.gz"
    assert best["dataset"] == "real-data"
    assert best["schema_sha256"] == hashlib.sha256((source / "schema" / "schema.json").read_bytes()).hexdigest()
    assert best["test"] == report["candidates"][name]["test"]
    leaves = [value for key, value in best.items() if key not in {"validation", "test"}]
    leaves += [*best["validation"].values(), *best["test"].values()]
    assert all(isinstance(leaf, str | int | float) for leaf in leaves)


def test_predictions_give_reported_metrics(task, output, report):
    for name, candidate in report["candidates"].items():
        table = pd.read_csv(output / f"predictions-{name}.csv")
        assert table["datetime"].iloc[0] == "2018-11-01T00:00:00"
        assert len(table) == 300
        if task == "grade":
            assert (table["predicted"] == table["actual"]).mean() == candidate["test"]["accuracy"]
            probability = table[[f"probability_{name}" for name in CLASSES]].to_numpy()
            assert (table["predicted"] == np.array(CLASSES)[probability.argmax(axis=1)]).all()
            loss = -np.log(probability[np.arange(300), table["actual"].map(CLASSES.index)]).mean()
            assert loss == pytest.approx(candidate["test"]["log_loss"], rel=1e-3)
        elif task == "regression":
            assert (table["predicted"] >= 0).all()
            rmse = float(np.sqrt(((table["predicted"] - table["actual"]) ** 2).mean()))
            assert rmse == pytest.approx(candidate["test"]["rmse"], rel=1e-4)
        else:
            assert ((table["probability"] >= 0.5) == table["predicted"]).all()
            assert (table["predicted"] == table["actual"]).mean() == candidate["test"]["accuracy"]
            counts = candidate["confusion_matrix"]
            assert counts["1"]["0"] == ((table["actual"] == 1) & (table["predicted"] == 0)).sum()


def test_the_models_learned_something(task, report):
    for candidate in report["candidates"].values():
        value = candidate["test"]["r2" if task == "regression" else "auc"]
        assert value > 0.85


def test_studio_metrics(kind, task, studio, report):
    group = studio["regression_metrics" if kind == "regression" else f"{kind}_classification_metrics"]
    if kind == "multiclass":
        weighted = [f"weighted_{name}" for name in ("recall", "precision", "f0_5", "f1", "f2")]
        both = ["accuracy", *weighted]
        assert list(group) == ["confusion_matrix", *both, *(f"{name}_best_constant_classifier" for name in both)]
        assert group["weighted_f1"]["value"] == report["best"]["test"]["f1_weighted"]
        assert list(group["confusion_matrix"]) == CLASSES
    for name in METRICS[task] if kind != "multiclass" else ["accuracy"]:
        assert group[name]["value"] == report["best"]["test"][name]
        assert 0 < group[name]["standard_deviation"] < abs(group[name]["value"])


def test_curves_are_complete(kind, report, studio):
    if kind != "binary":
        return
    for candidate in report["candidates"].values():
        roc = candidate["receiver_operating_characteristic_curve"]
        assert (roc["false_positive_rates"][0], roc["false_positive_rates"][-1]) == (0, 1)
        assert (roc["true_positive_rates"][0], roc["true_positive_rates"][-1]) == (0, 1)
        curve = candidate["precision_recall_curve"]
        assert len(curve["precisions"]) == len(curve["recalls"]) <= 200
    assert studio["binary_classification_metrics"]["confusion_matrix"].keys() == {"0", "1"}


def test_schema_is_copied(output, source):
    assert (output / "schema.json").read_bytes() == (source / "schema" / "schema.json").read_bytes()


def test_pictures_are_pictures(task, output):
    for name in PICTURES[task] + PICTURES_OF_ALL:
        picture = (output / name).read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) > 8_000


def test_same_input_gives_same_bytes(task, source, output, tmp_path, evaluate_candidates):
    again = tmp_path / "output"
    assert evaluate_candidates(task, source, again) == 0
    for path in output.iterdir():
        if path.name not in {"evaluation.json", "cost.png", "report.html"}:
            assert path.read_bytes() == (again / path.name).read_bytes(), path.name
    reports = [strict((folder / "evaluation.json").read_text()) for folder in (output, again)]
    for report in reports:
        for candidate in report["candidates"].values():
            assert candidate["cost"].pop("microseconds_per_row") > 0
    assert reports[0] == reports[1]


def test_single_candidate_is_selected(task, source, tmp_path, evaluate_candidates):
    assert evaluate_candidates(task, source, tmp_path / "output", ["catboost"]) == 0
    assert strict((tmp_path / "output" / "evaluation.json").read_text())["best"]["algorithm"] == "catboost"


def test_runs_as_in_a_container(task, source, tmp_path):
    command = [sys.executable, "-W", "error", "-m", "evaluation.evaluate", "--task", task]
    command += ["--candidate", "xgboost", "image", "s3://bucket/model.tar.gz", "--message", str(tmp_path / "message")]
    command += ["--input", str(source), "--output", str(tmp_path / "output")]
    environment = {"PYTHONPATH": str(REPOSITORY), "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith(f"{task}: selected xgboost, ")


@pytest.fixture
def broken(source, tmp_path, task, evaluate_candidates, capsys):
    """Copy the input, break it, evaluate; the message comes back, and nothing may have been written."""

    def broken(change, names=ALGORITHMS):
        copy = tmp_path / "input"
        shutil.copytree(source, copy)
        change(copy)
        assert evaluate_candidates(task, copy, tmp_path / "output", names) == 1
        assert not (tmp_path / "output").exists()
        message = (tmp_path / "message").read_text()
        assert capsys.readouterr().err == f"{message}\n"
        return message

    return broken


def test_missing_model(broken):
    message = broken(lambda root: shutil.rmtree(root / "models" / "lightgbm"))
    assert "models/lightgbm/model.tar.gz is not a readable model archive" in message


def test_duplicate_candidate(broken):
    message = broken(lambda root: None, ["xgboost", "xgboost"])
    assert message.startswith("Two candidates have the same name (xgboost, xgboost)")


def test_data_with_other_features(broken):
    def drop_a_column(root):
        path = root / "data" / "test" / "data.csv"
        pd.read_csv(path, header=None).iloc[:, :-1].to_csv(path, header=False, index=False)

    assert "data/test/data.csv has 2 features where" in broken(drop_a_column)


def test_header_is_not_data(broken):
    def add_a_header(root):
        path = root / "data" / "validation" / "data.csv"
        path.write_text("rentals,hour,temperature,rainfall\n" + path.read_text())

    assert "data/validation/data.csv cannot be read as numbers without a header" in broken(add_a_header)


def test_labels_that_are_not_classes(task, broken):
    def double(root):
        path = root / "data" / "test" / "data.csv"
        table = pd.read_csv(path, header=None)
        table[0] = 2.5
        table.to_csv(path, header=False, index=False)

    if task != "regression":
        last = 1 if task == "classification" else 2
        assert f"data/test/data.csv has the label 2.5 where classes are 0 to {last}; use" in broken(double)


def test_keys_of_other_rows(broken):
    def cut(root):
        path = root / "keys" / "test.csv"
        path.write_text("\n".join(path.read_text().splitlines()[:-1]))

    assert "keys/test.csv has 299 rows where the data has 300" in broken(cut)


@pytest.mark.parametrize(
    "content", [None, "nothing", "[]", '{"features": []}', '{"features": [], "dataset": {}, "rows": {}}']
)
def test_invalid_schema(content, broken):
    def replace(root):
        path = root / "schema" / "schema.json"
        path.unlink() if content is None else path.write_text(content)

    assert "schema/schema.json" in broken(replace)
