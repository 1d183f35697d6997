"""The LightGBM and CatBoost scripts, like AWS's JumpStart tabular scripts (``docs/contracts.md``, section 2)."""

from __future__ import annotations

import importlib.util
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import joblib
import lightgbm
import numpy as np
import pytest

from local_sagemaker.jobs.contract import JobOutcome
from local_sagemaker.jobs.serving.variant_server import start_hosting
from local_sagemaker.jobs.training.run import run_training
from local_sagemaker.jobs.transform.run import run_transform
from local_sagemaker.jumpstart.objects import bucket_objects
from local_sagemaker.jumpstart.specs import metadata_objects, pinned_table
from tests.conformance.containers.workbench import (
    ISOLATION,
    PYTORCH_INFERENCE,
    PYTORCH_TRAINING,
    Isolation,
    Job,
    Workbench,
    channel,
    completed,
    csv_of,
    file_in,
    model_request,
    names_in,
    regression_rows,
    training_request,
    transform_request,
)

HYPERPARAMETERS: dict[str, dict[str, Any]] = {
    "lightgbm": {"num_boost_round": 5, "learning_rate": 0.3, "num_leaves": 7, "min_data_in_leaf": 5},
    "catboost": {"iterations": 5, "learning_rate": 0.3, "depth": 3, "random_seed": 7, "verbose": 1},
}
LIBRARIES = tuple(HYPERPARAMETERS)
TASKS = ("classification", "regression")


def _rows(task: str, seed: int = 0) -> str:
    label, features = regression_rows(120, seed)
    return csv_of((label > 0).astype(float) if task == "classification" else label, features)


def _train(
    bench: Workbench,
    library: str,
    task: str,
    data: Mapping[str, str],
    hyperparameters: Mapping[str, Any] | None = None,
    isolation: Isolation = ISOLATION,
    without: str | None = None,
    name: str = "job",
) -> tuple[JobOutcome, Job]:
    """Train on files given by channel and path."""
    model = next(each for each in pinned_table()["models"] if each["model_id"] == f"{library}-{task}-model")
    for key, content in bucket_objects():
        if key in model.values():
            bench.store.write(f"s3://jumpstart/{key}", content)
    for path, content in data.items():
        bench.store.write(f"s3://bucket/{name}/{path}", content)
    uris = {path.split("/")[0]: f"s3://bucket/{name}/{path.split('/')[0]}/" for path in data}
    uris["model"] = f"s3://jumpstart/{model['training_artifact_key']}"
    uris["code"] = f"s3://jumpstart/{model['training_prepacked_script_key']}"
    uris.pop(without or "", None)
    given = {
        "sagemaker_program": "transfer_learning.py",
        "sagemaker_submit_directory": "/opt/ml/input/data/code/sourcedir.tar.gz",
        "sagemaker_container_log_level": "20",
        **HYPERPARAMETERS[library],
        **(hyperparameters or {}),
    }
    channels = [channel(each, uri, content_type="text/csv") for each, uri in uris.items()]
    definitions = [
        {"Name": "val", "Regex": r"val's binary_logloss: ([0-9\.]+)"},
        {"Name": "best", "Regex": r"bestTest = ([0-9\.]+)"},
    ]
    request = training_request(
        PYTORCH_TRAINING,
        channels,
        given,
        EnableNetworkIsolation=True,
        AlgorithmSpecification={"MetricDefinitions": definitions},
    )
    job = bench.job(isolation, name=name)
    return run_training(request, job.context), job


def _channels(library: str, task: str) -> dict[str, str]:
    """The layout that each built-in wants."""
    train, validation = _rows(task), _rows(task, seed=1)
    if library == "lightgbm":
        return {"train/data.csv": train, "validation/data.csv": validation}
    return {"training/train/data.csv": train, "training/validation/data.csv": validation}


def test_bucket_is_deterministic() -> None:
    assert dict(bucket_objects()) == dict(bucket_objects())


def test_spec_keys_exist_in_the_bucket() -> None:
    objects = dict(bucket_objects("eu-west-1"))
    assert "models_manifest.json" in objects
    for model in pinned_table()["models"]:
        keys = {value for name, value in model.items() if name.endswith("_key")}
        assert len(keys) == 4
        assert keys <= set(objects)


def test_specs_serve_the_estimator() -> None:
    specs = [json.loads(content) for key, content in bucket_objects() if "/specs_" in key]
    for spec in specs:
        assert spec["default_training_instance_type"] in spec["supported_training_instance_types"]
        assert spec["predictor_specs"]["default_content_type"] == "text/csv"
    assert len(specs) == len(pinned_table()["models"])


def test_images_are_in_the_registry_of_each_region() -> None:
    """As the SDK's own table of AWS's framework images has it."""
    sdk = importlib.util.find_spec("sagemaker.core")
    assert sdk
    assert sdk.origin
    images = json.loads((Path(sdk.origin).parent / "image_uri_config" / "pytorch.json").read_text(encoding="utf-8"))
    registries = {
        region: account
        for region, account in images["training"]["versions"]["1.9.0"]["registries"].items()
        if "-iso" not in region
    }
    assert len(registries) > 30
    for region, account in registries.items():
        specs = [json.loads(content) for key, content in metadata_objects(region).items() if "/specs_" in key]
        domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        for variants in ("training_instance_type_variants", "hosting_instance_type_variants"):
            uris = {spec[variants]["regional_aliases"][region]["image"].split("/")[0] for spec in specs}
            assert uris == {f"{account}.dkr.ecr.{region}.{domain}"}


@pytest.mark.parametrize(
    ("library", "task", "isolation"),
    [*((library, task, "fork") for library in LIBRARIES for task in TASKS), ("lightgbm", "classification", "process")],
)
def test_the_artifact_serves_itself(bench: Workbench, library: str, task: str, isolation: Isolation) -> None:
    outcome, _ = _train(bench, library, task, _channels(library, task), isolation=isolation)
    completed(outcome)
    model_file = {"lightgbm": "model.pkl", "catboost": "model"}[library]
    names = names_in(bench.store.read(str(outcome.model_artifacts)))
    assert {model_file, "__models_info__.json", "code", "code/inference.py"} <= set(names)
    hosting = start_hosting(
        model_request(PYTORCH_INFERENCE, outcome.model_artifacts), {"VariantName": "v"}, bench.job(isolation).context
    )
    try:
        answer = hosting.invoke(b"1,1,0,0\n-1,-1,0,0", content_type="text/csv", accept=None, headers={})
    finally:
        hosting.close()
    assert answer.status == 200
    content = json.loads(answer.body)
    if task == "regression":
        high, low = content["prediction"]
        assert high > low
    else:
        (_, high), (_, low) = content["probabilities"]
        assert [sum(row) for row in content["probabilities"]] == pytest.approx([1, 1])
        assert high > 0.5 > low


def test_lightgbm_s_features_are_named_by_their_position(bench: Workbench) -> None:
    outcome, _ = _train(bench, "lightgbm", "classification", _channels("lightgbm", "classification"))
    pickled = file_in(bench.store.read(str(completed(outcome).model_artifacts)), "model.pkl")
    booster = joblib.load(io.BytesIO(pickled))
    assert isinstance(booster, lightgbm.Booster)
    assert booster.feature_name() == ["1", "2", "3", "4"]


def test_lightgbm_logs_train_first_and_then_val(bench: Workbench) -> None:
    outcome, job = _train(bench, "lightgbm", "classification", _channels("lightgbm", "classification"))
    line = next(line for line in job.log.splitlines() if line.startswith("[1]\t"))
    assert re.fullmatch(r"\[1\]\ttrain's binary_logloss: [\d.]+\tval's binary_logloss: [\d.]+", line)
    metrics = {metric.name: metric.value for metric in completed(outcome).metrics}
    assert f"val's binary_logloss: {metrics['val']:g}" in job.log


def test_catboost_logs_its_rounds_and_the_best(bench: Workbench) -> None:
    data = _channels("catboost", "classification")
    outcome, job = _train(bench, "catboost", "classification", data, {"eval_metric": "Logloss"})
    assert re.search(r"^0:\tlearn: [\d.]+\ttest: [\d.]+\tbest: [\d.]+", job.log, re.MULTILINE)
    best = float(re.search(r"^bestTest = ([\d.]+)", job.log, re.MULTILINE)[1])
    assert re.search(r"^bestIteration = \d+", job.log, re.MULTILINE)
    assert {metric.name: metric.value for metric in completed(outcome).metrics} == {"best": best}


@pytest.mark.parametrize("library", LIBRARIES)
def test_training_is_deterministic(bench: Workbench, library: str) -> None:
    thread_name = {"lightgbm": "num_threads", "catboost": "thread_count"}[library]
    answers = []
    for threads in (1, 2):
        data = _channels(library, "regression")
        outcome, _ = _train(bench, library, "regression", data, {thread_name: threads}, name=f"with-{threads}")
        hosting = start_hosting(
            model_request(PYTORCH_INFERENCE, completed(outcome).model_artifacts), {}, bench.job().context
        )
        try:
            answers.append(hosting.invoke(b"1,1,0,0", content_type="text/csv", accept=None, headers={}).body)
        finally:
            hosting.close()
    assert answers[0] == answers[1]


@pytest.mark.parametrize("name", ["train", "training"])
def test_one_channel_may_hold_both_parts(bench: Workbench, name: str) -> None:
    rows = _rows("classification")
    data = {f"{name}/train/data.csv": rows, f"{name}/validation/data.csv": rows}
    _, job = _train(bench, "lightgbm", "classification", data)
    assert "held out" not in job.log


def test_without_validation_data_a_fifth_is_held_out(bench: Workbench) -> None:
    outcome, job = _train(bench, "lightgbm", "classification", {"train/data.csv": _rows("classification")})
    completed(outcome)
    assert "No validation data: 20 % of the training data is held out." in job.log


def test_train_and_training_together_are_refused(bench: Workbench) -> None:
    rows = _rows("classification")
    outcome, _ = _train(bench, "lightgbm", "classification", {"train/data.csv": rows, "training/data.csv": rows})
    assert "either 'train' or 'training'" in str(outcome.failure_reason)


def test_the_pre_trained_artifact_is_demanded(bench: Workbench) -> None:
    outcome, _ = _train(
        bench, "lightgbm", "classification", {"train/data.csv": _rows("classification")}, without="model"
    )
    assert "The channel 'model' with the pre-trained model artifact (*.tar.gz) is missing." in str(
        outcome.failure_reason
    )


def test_catboost_ignores_the_bagging_temperature(bench: Workbench) -> None:
    """The genuine script leaves the bootstrap type to the library: MVS, which has no temperature."""
    logs = []
    for temperature in (0, 5):
        data = _channels("catboost", "regression")
        _, job = _train(
            bench, "catboost", "regression", data, {"bagging_temperature": temperature}, name=f"{temperature}"
        )
        logs.append(re.findall(r"^bestTest = .*", job.log, re.MULTILINE))
    assert logs[0] == logs[1] != []


@pytest.mark.parametrize("library", LIBRARIES)
def test_categorical_columns_from_json(bench: Workbench, library: str) -> None:
    generator = np.random.default_rng(0)
    category = generator.integers(0, 6, 1200)
    label = np.isin(category, [0, 3, 5]).astype(float)
    rows = csv_of(label, generator.normal(size=1200), category)
    folder = "train" if library == "lightgbm" else "training/train"
    data = {f"{folder}/data.csv": rows, f"{folder}/categories.json": json.dumps({"cat_index_list": [2]})}
    if library == "catboost":
        data["training/validation/data.csv"] = rows
    outcome, _ = _train(bench, library, "classification", data)
    hosting = start_hosting(
        model_request(PYTORCH_INFERENCE, completed(outcome).model_artifacts), {}, bench.job().context
    )
    try:
        answer = hosting.invoke(b"0,3\n0,4", content_type="text/csv", accept=None, headers={})
    finally:
        hosting.close()
    (_, known), (_, other) = json.loads(answer.body)["probabilities"]
    assert known > 0.5 > other


ALL_HYPERPARAMETERS = {
    "lightgbm": "num_boost_round=3 early_stopping_rounds=30 metric=auto learning_rate=0.1 num_leaves=9 "
    "feature_fraction=0.9 bagging_fraction=0.9 bagging_freq=1 max_depth=6 min_data_in_leaf=3 max_delta_step=0.0 "
    "lambda_l1=0.1 lambda_l2=0.1 boosting=gbdt min_gain_to_split=0.0 scale_pos_weight=1.0 tree_learner=serial "
    "feature_fraction_bynode=0.9 is_unbalance=False max_bin=255 num_threads=1 verbosity=1 use_dask=False "
    "tweedie_variance_power=1.5",
    "catboost": "iterations=3 early_stopping_rounds=5 eval_metric=Auto learning_rate=0.1 depth=4 l2_leaf_reg=3 "
    "random_strength=1.0 max_leaves=31 rsm=1.0 sampling_frequency=PerTree min_data_in_leaf=1 bagging_temperature=1.0 "
    "boosting_type=Auto scale_pos_weight=1.0 max_bin=Auto grow_policy=SymmetricTree random_seed=1.0 thread_count=1 "
    "verbose=1",
}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("library", LIBRARIES)
def test_every_hyperparameter_of_the_guide_is_taken(bench: Workbench, library: str, task: str) -> None:
    given = dict(each.split("=") for each in ALL_HYPERPARAMETERS[library].split())
    outcome, job = _train(bench, library, task, _channels(library, task), given)
    completed(outcome)
    assert "Ignoring unknown hyperparameters" not in job.log


@pytest.mark.parametrize(("task", "metric"), [("regression", "RMSE"), ("classification", "AUC")])
def test_catboost_default_metric(bench: Workbench, task: str, metric: str) -> None:
    data = _channels("catboost", task)
    best = []
    for given in ({}, {"eval_metric": "auto"}, {"eval_metric": metric}):
        _, job = _train(bench, "catboost", task, data, given)
        best.append(re.search(r"^bestTest = ([\d.]+)", job.log, re.MULTILINE)[1])
    assert len(set(best)) == 1


@pytest.mark.parametrize(("library", "name"), [("lightgbm", "num_boost_round"), ("catboost", "iterations")])
@pytest.mark.parametrize("patience", [0, -1])
def test_an_early_stopping_of_no_round_is_ignored(bench: Workbench, library: str, name: str, patience: int) -> None:
    given = {name: 12, "early_stopping_rounds": patience, "learning_rate": 0.9}
    outcome, job = _train(bench, library, "regression", _channels(library, "regression"), given)
    completed(outcome)
    assert len(re.findall(r"^(?:\[\d+\]|\d+:)\t", job.log, re.MULTILINE)) == 12


@pytest.mark.parametrize("library", LIBRARIES)
def test_several_classes_have_a_probability_each(bench: Workbench, library: str) -> None:
    label, features = regression_rows(120)
    rows = csv_of(np.digitize(label, [-1, 1]), features)
    folders = {name: name if library == "lightgbm" else f"training/{name}" for name in ("train", "validation")}
    outcome, _ = _train(bench, library, "classification", {f"{each}/data.csv": rows for each in folders.values()})
    hosting = start_hosting(
        model_request(PYTORCH_INFERENCE, completed(outcome).model_artifacts), {}, bench.job().context
    )
    try:
        answer = hosting.invoke(b"3,1,0,0", content_type="text/csv", accept="application/json;verbose", headers={})
    finally:
        hosting.close()
    content = json.loads(answer.body)
    (probabilities,) = content["probabilities"]
    assert len(probabilities) == 3
    assert sum(probabilities) == pytest.approx(1)
    assert content["predicted_label"] == [int(np.argmax(probabilities))]


def test_unknown_hyperparameters_are_named_and_ignored(bench: Workbench) -> None:
    data = {"train/data.csv": _rows("classification")}
    outcome, job = _train(bench, "lightgbm", "classification", data, {"no_such_thing": 1})
    completed(outcome)
    assert "Ignoring unknown hyperparameters: --no_such_thing" in job.log


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_server_s_answers_case_by_case(bench: Workbench, library: str) -> None:
    outcome, _ = _train(bench, library, "classification", _channels(library, "classification"))
    model = model_request(
        PYTORCH_INFERENCE,
        completed(outcome).model_artifacts,
        {
            "SAGEMAKER_PROGRAM": "inference.py",
            "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
            "SAGEMAKER_CONTAINER_LOG_LEVEL": "20",
            "MODEL_CACHE_ROOT": "/opt/ml/model",
            "SAGEMAKER_ENV": "1",
            "SAGEMAKER_MODEL_SERVER_WORKERS": "1",
        },
    )
    hosting = start_hosting(model, {"VariantName": "v"}, bench.job().context)

    def invoke(body: bytes, content_type: str, accept: str | None = None) -> tuple[int, str]:
        answer = hosting.invoke(body, content_type=content_type, accept=accept, headers={})
        return answer.status, answer.body.decode()

    try:
        status, body = invoke(b"1,1,0,0", "text/csv", "application/json;verbose")
        assert (status, json.loads(body)["predicted_label"]) == (200, [1])
        assert invoke(b"1,1,0,0", "text/csv", "text/csv")[0] == 500
        assert invoke(b"[[1,1,0,0]]", "application/json")[0] == 500
        assert invoke(b"1,1,0,0", "text/csv; charset=utf-8")[0] == 500
        status, body = invoke(b"1,1,0", "text/csv")
        assert status == 500
        assert "Length mismatch: Expected axis has 3 elements" in body
        status, body = invoke(b"1,1,0,0,0", "text/csv")
        assert status == 500
        assert "Length mismatch: Expected axis has 5 elements" in body
    finally:
        hosting.close()


def test_batch_output_per_mini_batch(bench: Workbench) -> None:
    outcome, _ = _train(bench, "lightgbm", "classification", _channels("lightgbm", "classification"))
    _, features = regression_rows(5, seed=3)
    uri = bench.store.write("s3://bucket/in/rows.csv", csv_of(features))
    model = model_request(PYTORCH_INFERENCE, completed(outcome).model_artifacts)
    job = bench.job()
    completed(run_transform(transform_request(uri, BatchStrategy="SingleRecord"), model, job.context))
    text = bench.store.read("s3://bucket/predictions/rows.csv.out").decode()
    decoder, objects = json.JSONDecoder(), []
    while text := text.lstrip():
        value, end = decoder.raw_decode(text)
        objects.append(value)
        text = text[end:]
    assert [len(each["probabilities"]) for each in objects] == [1] * 5
