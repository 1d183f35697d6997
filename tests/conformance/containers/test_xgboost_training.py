"""Training with the built-in XGBoost, sentence by sentence (``docs/contracts.md``, section 1)."""

from __future__ import annotations

import pickle
import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xgboost

from local_sagemaker.containers.errors import UserError
from local_sagemaker.containers.recordio.frames import frame
from local_sagemaker.containers.recordio.records import record_class, write_matrix
from local_sagemaker.containers.xgboost.hyperparameters import validate
from local_sagemaker.jobs.contract import JobOutcome
from local_sagemaker.jobs.serving.variant_server import start_hosting
from local_sagemaker.jobs.training.run import run_training
from tests.conformance.containers.workbench import (
    ISOLATION,
    XGBOOST,
    Isolation,
    Job,
    Workbench,
    archive,
    channel,
    completed,
    csv_of,
    file_in,
    model_request,
    names_in,
    regression_rows,
    running,
    script_request,
    training_request,
    wait_until,
)

REGRESSION = {"num_round": 3, "objective": "reg:squarederror", "max_depth": 2}


def _train(
    bench: Workbench,
    hyperparameters: Mapping[str, Any],
    content: Mapping[str, str | bytes],
    content_type: str | None = "text/csv",
    isolation: Isolation = ISOLATION,
    **more: Any,
) -> tuple[JobOutcome, Job]:
    """Train on one object per channel."""
    channels = []
    for name, data in content.items():
        bench.store.write(f"s3://bucket/{name}/data", data)
        channels.append(channel(name, f"s3://bucket/{name}/", content_type=content_type))
    job = bench.job(isolation)
    return run_training(training_request(XGBOOST, channels, hyperparameters, **more), job.context), job


def _booster(bench: Workbench, outcome: JobOutcome, tmp_path: Path, name: str = "xgboost-model") -> xgboost.Booster:
    path = tmp_path / f"{name}.ubj"
    path.write_bytes(file_in(bench.store.read(str(outcome.model_artifacts)), name))
    return xgboost.Booster(model_file=path)


def _reason(
    bench: Workbench, hyperparameters: Mapping[str, Any], content: Mapping[str, str | bytes], **more: Any
) -> str:
    outcome, job = _train(bench, hyperparameters, content, **more)
    assert outcome.status == "Failed"
    return job.inside(outcome.failure_reason)


def test_artifact_equals_xgboost_training(bench: Workbench, isolation: Isolation, tmp_path: Path) -> None:
    label, features = regression_rows()
    outcome, _ = _train(bench, REGRESSION, {"train": csv_of(label, features)}, isolation=isolation)
    completed(outcome)
    assert names_in(bench.store.read(str(outcome.model_artifacts))) == ["xgboost-model"]
    parameters = {"objective": "reg:squarederror", "max_depth": 2}
    expected = xgboost.train(parameters, xgboost.DMatrix(features, label), num_boost_round=3)
    data = xgboost.DMatrix(features)
    np.testing.assert_allclose(_booster(bench, outcome, tmp_path).predict(data), expected.predict(data), rtol=1e-6)


def test_the_log_of_a_training_tells_its_course(bench: Workbench) -> None:
    label, features = regression_rows(40)
    content = {"train": csv_of(label, features), "validation": csv_of(label[:9], features[:9])}
    outcome, job = _train(bench, {**REGRESSION, "num_round": 1}, content)
    completed(outcome)
    lines = re.findall(r"^\[[-\d:]{19}:INFO\] (.*)|^(\[0\])\t", job.log, re.MULTILINE)
    messages = [message or line for message, line in lines]
    assert messages == [
        "Imported framework sagemaker_xgboost_container.training",
        "Failed to parse hyperparameter objective value reg:squarederror to Json.",
        "No GPUs detected (normal if no gpus installed)",
        "Running XGBoost Sagemaker in algorithm mode",
        "Determined delimiter of CSV input is ','",
        "Determined delimiter of CSV input is ','",
        "files path: /opt/ml/input/data/train",
        "Determined delimiter of CSV input is ','",
        "files path: /opt/ml/input/data/validation",
        "Determined delimiter of CSV input is ','",
        "Single node training.",
        "Train matrix has 40 rows and 4 columns",
        "Validation matrix has 9 rows",
        "[0]",
        "Reporting training SUCCESS",
    ]


def test_rounds_are_log_lines_and_metrics(bench: Workbench) -> None:
    label, features = regression_rows()
    rows = csv_of(label, features)
    outcome, job = _train(bench, {**REGRESSION, "eval_metric": "rmse,mae"}, {"train": rows, "validation": rows})
    completed(outcome)
    lines = [line for line in job.log.splitlines() if line.startswith("[") and "\t" in line]
    assert [line.split("\t")[0] for line in lines] == ["[0]", "[1]", "[2]"]
    assert {part.split(":")[0] for part in lines[0].split("\t")[1:]} == {
        "train-rmse",
        "train-mae",
        "validation-rmse",
        "validation-mae",
    }
    assert all(len(part.split(".")[1]) == 5 for part in lines[0].split("\t")[1:])
    metrics = {metric.name: metric.value for metric in outcome.metrics}
    assert set(metrics) == {"train:rmse", "train:mae", "validation:rmse", "validation:mae"}
    assert f"\tvalidation-rmse:{metrics['validation:rmse']:.5f}" in lines[2]


def test_missing_train_channel_is_a_key_error(bench: Workbench) -> None:
    reason = _reason(bench, REGRESSION, {"validation": "1,2\n"})
    assert "KeyError: 'SM_CHANNEL_TRAIN'" in reason


def test_an_unknown_channel_is_an_error(bench: Workbench) -> None:
    assert "Extraneous channel found: test" in _reason(bench, REGRESSION, {"train": "1,2\n", "test": "1,2\n"})


@pytest.mark.parametrize("content_type", ["csv", "text/csv"])
def test_csv_content_types_are_taken(bench: Workbench, content_type: str) -> None:
    label, features = regression_rows(40)
    completed(_train(bench, REGRESSION, {"train": csv_of(label, features)}, content_type)[0])


def test_label_size_is_refused(bench: Workbench) -> None:
    reason = _reason(bench, REGRESSION, {"train": "1,2\n"}, content_type="text/csv; label_size=1")
    assert "Channel configuration for 'train' channel is not supported" in reason


def test_an_unknown_content_type_is_refused(bench: Workbench) -> None:
    reason = _reason(bench, REGRESSION, {"train": "1,2\n"}, content_type="application/json")
    assert "Channel configuration for 'train' channel is not supported" in reason


@pytest.mark.parametrize(
    ("content_type", "message"),
    [
        ("text/csv", "Pipe mode not supported for CSV."),
        ("text/libsvm", "Channel configuration for 'train' channel is not supported"),
    ],
)
def test_pipe_mode_is_refused_by_the_container(bench: Workbench, content_type: str, message: str) -> None:
    pipe = {"TrainingInputMode": "Pipe"}
    reason = _reason(bench, REGRESSION, {"train": "1,2\n"}, content_type=content_type, AlgorithmSpecification=pipe)
    assert message in reason


@pytest.mark.parametrize("content_type", [None, "libsvm", "text/libsvm", "text/x-libsvm"])
def test_libsvm_is_the_default_content_type(bench: Workbench, tmp_path: Path, content_type: str | None) -> None:
    rows = "".join(f"{number % 5} 0:{number} 2:{number % 3}\n" for number in range(30))
    outcome, _ = _train(bench, REGRESSION, {"train": rows}, content_type)
    completed(outcome)
    assert _booster(bench, outcome, tmp_path).num_features() == 3


def test_validation_uses_the_train_content_type(bench: Workbench) -> None:
    label, features = regression_rows(40)
    bench.store.write("s3://bucket/data.csv", csv_of(label, features))
    types = {"train": "text/csv", "validation": "text/libsvm"}
    channels = [channel(name, "s3://bucket/data.csv", content_type=kind) for name, kind in types.items()]
    job = bench.job()
    completed(run_training(training_request(XGBOOST, channels, REGRESSION), job.context))
    assert "Validation matrix has 40 rows" in job.log


@pytest.mark.parametrize("content_type", ["parquet", "application/x-parquet"])
def test_the_first_column_of_parquet_is_the_label(bench: Workbench, tmp_path: Path, content_type: str) -> None:
    label, features = regression_rows(40)
    pd.DataFrame(np.column_stack([label, features]), columns=list("yabcd")).to_parquet(tmp_path / "rows.parquet")
    outcome, _ = _train(bench, REGRESSION, {"train": (tmp_path / "rows.parquet").read_bytes()}, content_type)
    completed(outcome)
    assert _booster(bench, outcome, tmp_path).num_features() == 4


@pytest.mark.parametrize("content_type", ["recordio-protobuf", "application/x-recordio-protobuf"])
def test_recordio_protobuf_has_features_and_labels_under_values(
    bench: Workbench, tmp_path: Path, content_type: str
) -> None:
    label, features = regression_rows(40)
    written = b""
    for value, row in zip(label, features, strict=True):
        record = record_class()()
        record.features["values"].float32_tensor.values.extend(row)
        record.label["values"].float32_tensor.values.append(value)
        written += frame(record.SerializeToString())
    assert struct.unpack("<I", written[:4]) == (0xCED7230A,)
    outcome, _ = _train(bench, REGRESSION, {"train": written}, content_type)
    completed(outcome)
    csv_outcome, _ = _train(bench, REGRESSION, {"train": csv_of(label, features)})
    data = xgboost.DMatrix(features)
    np.testing.assert_allclose(
        _booster(bench, outcome, tmp_path).predict(data), _booster(bench, csv_outcome, tmp_path).predict(data), 1e-5
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_of_csv_is_found_out(bench: Workbench, tmp_path: Path, delimiter: str) -> None:
    label, features = regression_rows(40)
    outcome, job = _train(bench, REGRESSION, {"train": csv_of(label, features).replace(",", delimiter)})
    completed(outcome)
    assert f"Determined delimiter of CSV input is '{delimiter}'" in job.log
    assert _booster(bench, outcome, tmp_path).num_features() == 4


def test_an_empty_cell_is_missing(bench: Workbench, tmp_path: Path) -> None:
    rows = "".join(f"{number},{'' if number < 20 else number},1\n" for number in range(40))
    outcome, _ = _train(bench, {**REGRESSION, "num_round": 1}, {"train": rows})
    completed(outcome)
    booster = _booster(bench, outcome, tmp_path)
    missing = xgboost.DMatrix(np.array([[np.nan, 1.0], [39.0, 1.0]]))
    low, high = booster.predict(missing)
    assert low < high


@pytest.mark.parametrize("first", ["y,a,b\n", "1,text,2\n", "1,2,3,4\n"])
def test_bad_csv_silently_becomes_data(bench: Workbench, first: str) -> None:
    rows = first + "".join(f"{number},{number},1\n" for number in range(20))
    outcome, job = _train(bench, {**REGRESSION, "num_round": 1}, {"train": rows})
    completed(outcome)
    assert "Train matrix has 21 rows" in job.log


def test_csv_weights(bench: Workbench, tmp_path: Path) -> None:
    label, features = regression_rows(60)
    weight = np.where(label > 0, 1.0, 0.001)
    outcome, _ = _train(bench, {**REGRESSION, "csv_weights": 1}, {"train": csv_of(label, weight, features)})
    completed(outcome)
    parameters = {"objective": "reg:squarederror", "max_depth": 2}
    expected = xgboost.train(parameters, xgboost.DMatrix(features, label, weight=weight), num_boost_round=3)
    data = xgboost.DMatrix(features)
    np.testing.assert_allclose(_booster(bench, outcome, tmp_path).predict(data), expected.predict(data), rtol=1e-4)


def test_an_empty_train_channel_is_an_error(bench: Workbench) -> None:
    reason = _reason(bench, REGRESSION, {"train": ""})
    assert "No data in training channel path /opt/ml/input/data/train" in reason


def test_an_empty_validation_channel_is_an_error(bench: Workbench) -> None:
    reason = _reason(bench, REGRESSION, {"train": "1,2\n3,4\n", "validation": ""})
    assert "No data in validation channel path /opt/ml/input/data/validation" in reason


def test_a_hidden_file_is_an_error(bench: Workbench) -> None:
    bench.store.write("s3://bucket/train/.hidden", "1,2\n")
    assert "Hidden file found in the data path! Remove that before training." in _reason(
        bench, REGRESSION, {"train": "1,2\n"}
    )


def test_csv_read_as_libsvm_is_an_error(bench: Workbench) -> None:
    reason = _reason(bench, REGRESSION, {"train": "1,2,3\n"}, content_type="text/libsvm")
    assert "First line '1,2,3\n...' of file 'data' is not 'LIBSVM' format" in reason


def test_files_in_folders_are_read_too(bench: Workbench) -> None:
    bench.store.write("s3://bucket/train/deep/more", "1,2,3\n" * 10)
    outcome, job = _train(bench, REGRESSION, {"train": "4,5,6\n" * 10})
    completed(outcome)
    assert "Train matrix has 20 rows and 2 columns" in job.log


@pytest.mark.parametrize(
    ("hyperparameters", "message"),
    [
        ({}, "Missing required hyperparameter: num_round"),
        ({"num_round": 1, "n_estimators": 5}, "Extraneous hyperparameter found: n_estimators"),
        ({"num_round": 1, "silent": 1}, "Extraneous hyperparameter found: silent"),
        ({"num_round": 1, "eta": 2}, "Hyperparameter eta: 2.0 is not in [0, 1]"),
        (
            {"num_round": 1, "max_depth": "6.0"},
            "Hyperparameter max_depth: could not parse value (caused by ValueError)",
        ),
    ],
)
def test_wrong_hyperparameter_is_the_failure_reason(
    bench: Workbench, hyperparameters: dict[str, Any], message: str
) -> None:
    reason = _reason(bench, hyperparameters, {"train": "1,2\n"})
    assert reason.startswith("AlgorithmError: framework error: \nTraceback (most recent call last):\n")
    assert f"\nsagemaker_algorithm_toolkit.exceptions.UserError: {message}\n" in reason
    assert reason.endswith(f"\n{message}, exit code: 1")


def test_label_out_of_range_is_an_algorithm_error(bench: Workbench) -> None:
    reason = _reason(bench, {"num_round": 1, "objective": "binary:logistic"}, {"train": "2,1\n" + "0,3\n" * 9})
    assert reason.startswith("AlgorithmError: framework error: ")
    assert "label must be in (0, 1) for logistic regression" in reason


def test_early_stopping_saves_the_best_iteration(bench: Workbench, tmp_path: Path) -> None:
    label, features = regression_rows(60)
    noise, _ = regression_rows(60, seed=9)
    hyperparameters = {"num_round": 60, "eta": 1, "early_stopping_rounds": 3, "eval_metric": "mae,rmse"}
    content = {"train": csv_of(label, features), "validation": csv_of(noise, features)}
    outcome, job = _train(bench, {**hyperparameters, "objective": "reg:squarederror"}, content)
    completed(outcome)
    lines = [line for line in job.log.splitlines() if "\tvalidation-rmse:" in line]
    values = [float(line.rsplit(":", 1)[1]) for line in lines]
    assert len(values) < 60
    assert _booster(bench, outcome, tmp_path).num_boosted_rounds() == int(np.argmin(values)) + 1


def test_without_a_validation_channel_nothing_stops_early(bench: Workbench, tmp_path: Path) -> None:
    label, features = regression_rows(40)
    hyperparameters = {**REGRESSION, "num_round": 20, "early_stopping_rounds": 1, "eval_metric": "rmse"}
    outcome, _ = _train(bench, hyperparameters, {"train": csv_of(label, features)})
    completed(outcome)
    assert _booster(bench, outcome, tmp_path).num_boosted_rounds() == 20


def test_tuning_objective_decides_early_stopping(bench: Workbench) -> None:
    label, features = regression_rows(60)
    noise, _ = regression_rows(60, seed=9)
    train, validation = csv_of((label > 0).astype(float), features), csv_of((noise > 0).astype(float), features)
    hyperparameters = {
        "num_round": 60,
        "objective": "binary:logistic",
        "eval_metric": "auc,logloss",
        "_tuning_objective_metric": "validation:auc",
        "early_stopping_rounds": 3,
    }
    outcome, job = _train(bench, hyperparameters, {"train": train, "validation": validation})
    completed(outcome)
    assert {metric.name for metric in outcome.metrics} >= {"validation:auc", "validation:logloss"}
    values = [
        float(line.split("\tvalidation-auc:")[1].split("\t")[0]) for line in job.log.splitlines() if "on-auc:" in line
    ]
    assert len(values) == int(np.argmax(values)) + 1 + 3 < 60


def test_container_metric_as_tuning_objective(bench: Workbench) -> None:
    label, features = regression_rows(60)
    rows = csv_of(label, features)
    hyperparameters = {**REGRESSION, "eval_metric": "rmse", "_tuning_objective_metric": "validation:mse"}
    outcome, _ = _train(bench, hyperparameters, {"train": rows, "validation": rows})
    metrics = {metric.name: metric.value for metric in completed(outcome).metrics}
    assert metrics["validation:mse"] == pytest.approx(metrics["validation:rmse"] ** 2, rel=1e-3)


def test_accuracy_is_wrong_as_in_the_container(bench: Workbench) -> None:
    label, features = regression_rows(60)
    classes = (label > 0).astype(float)
    hyperparameters = {"num_round": 5, "objective": "binary:logistic", "eval_metric": "accuracy"}
    outcome, _ = _train(bench, hyperparameters, {"train": csv_of(classes, features)})
    completed(outcome)
    accuracy = {metric.name: metric.value for metric in outcome.metrics}["train:accuracy"]
    assert accuracy == pytest.approx(classes.mean(), abs=1e-5)


def test_k_fold_outputs(bench: Workbench) -> None:
    label, features = regression_rows(60)
    rows = csv_of(label, features)
    outcome, job = _train(bench, {**REGRESSION, "_kfold": 3}, {"train": rows, "validation": rows})
    completed(outcome)
    assert names_in(bench.store.read(str(outcome.model_artifacts))) == [f"xgboost-model-{fold}" for fold in range(3)]
    assert "\n[3]\ttrain-rmse:" in job.log
    predictions = file_in(bench.store.read("s3://bucket/models/job/output/output.tar.gz"), "predictions.csv")
    assert np.loadtxt(predictions.decode().splitlines(), delimiter=",").shape == (120, 2)


def test_k_fold_rounds_have_means(bench: Workbench) -> None:
    label, features = regression_rows(60)
    rows = csv_of((label > 0).astype(float), features)
    hyperparameters = {"num_round": 2, "objective": "binary:logistic", "_kfold": 2, "_num_cv_round": 3}
    outcome, job = _train(bench, hyperparameters, {"train": rows, "validation": rows})
    completed(outcome)
    assert names_in(bench.store.read(str(outcome.model_artifacts))) == [f"xgboost-model-{fold}" for fold in range(6)]
    assert job.log.count("\n[2]\ttrain-logloss:") == 3 + 1
    predictions = file_in(bench.store.read("s3://bucket/models/job/output/output.tar.gz"), "predictions.csv")
    label, probability, predicted = np.loadtxt(predictions.decode().splitlines(), delimiter=",", unpack=True)
    assert set(label) == set(predicted) == {0, 1}
    assert ((probability > 0) & (probability < 1)).all()


def test_k_fold_without_validation_trains_each_fold(bench: Workbench) -> None:
    outcome, job = _train(bench, {**REGRESSION, "_kfold": 2}, {"train": csv_of(*regression_rows(40))})
    completed(outcome)
    assert names_in(bench.store.read(str(outcome.model_artifacts))) == ["xgboost-model-0", "xgboost-model-1"]
    assert re.search(r"^\[3\]\ttrain-rmse:[\d.]+$", job.log, re.MULTILINE)


def test_parquet_channel_may_have_a_success_file(bench: Workbench) -> None:
    label, features = regression_rows(40)
    frame = pd.DataFrame(np.column_stack([label, features])).rename(columns=str)
    bench.store.write("s3://bucket/train/_SUCCESS", b"")
    completed(_train(bench, REGRESSION, {"train": frame.to_parquet()}, "application/x-parquet")[0])


@pytest.mark.parametrize(
    ("hyperparameters", "message"),
    [
        ({"single_precision_histogram": "true"}, "Extraneous hyperparameter found: single_precision_histogram"),
        ({"_tuning_objective_metric": "train:rmse"}, "Hyperparameter _tuning_objective_metric: train:rmse is not in ["),
        (
            {"updater": "grow_quantile_histmaker"},
            "Hyperparameter updater: value ['grow_quantile_histmaker'] not in ran",
        ),
        ({"updater": "grow_local_histmaker"}, "Hyperparameter updater: value ['grow_local_histmaker'] not in range"),
        (
            {"objective": "reg:none"},
            "Hyperparameter objective: reg:none is not in ['aft_loss_distribution', 'binary:log",
        ),
    ],
)
def test_hyperparameters_of_other_versions_are_refused(hyperparameters: dict[str, str], message: str) -> None:
    with pytest.raises(UserError) as refused:
        validate({"num_round": "1", **hyperparameters})
    assert message in str(refused.value)


def test_first_line_in_another_encoding_is_refused(bench: Workbench) -> None:
    rows = "café,1\n".encode("latin-1") + csv_of(*regression_rows(9)).encode()
    assert "'utf-8' codec can't decode byte 0xe9" in _reason(bench, REGRESSION, {"train": rows})


def test_each_record_needs_a_label(bench: Workbench) -> None:
    label, features = regression_rows(6)
    data = write_matrix(features[:3], label[:3]) + write_matrix(features[3:])
    reason = _reason(bench, REGRESSION, {"train": data}, content_type="application/x-recordio-protobuf")
    assert "6 records have 3 labels" in reason


def test_k_fold_without_an_objective_dies_of_none(bench: Workbench) -> None:
    rows = csv_of(*regression_rows(40))
    reason = _reason(bench, {"num_round": 1, "_kfold": 2}, {"train": rows, "validation": rows})
    assert reason.endswith("failed with exception:\n 'NoneType' object has no attribute 'startswith', exit code: 1")


@pytest.mark.parametrize("kept", ["true", "false"])
def test_stopped_training_saves_its_model(bench: Workbench, kept: str) -> None:
    label, features = regression_rows(40)
    hyperparameters = {**REGRESSION, "num_round": 1_000_000, "save_model_on_termination": kept}
    bench.store.write("s3://bucket/train/data", csv_of(label, features))
    request = training_request(XGBOOST, [channel("train", "s3://bucket/train/", content_type="csv")], hyperparameters)
    job = bench.job()
    outcomes: list[JobOutcome] = []
    with running(lambda: outcomes.append(run_training(request, job.context))):
        wait_until(lambda: "\n[5]\t" in job.log)
        job.context.stop.set()
    assert outcomes[0].status == "Stopped"
    artifact = bench.store.read(str(outcomes[0].model_artifacts)) if outcomes[0].model_artifacts else archive({})
    assert names_in(artifact) == (["xgboost-model"] if kept == "true" else [])


def test_identical_files_are_suspected(bench: Workbench) -> None:
    outcome, job = _train(bench, {**REGRESSION, "num_round": 1}, {"train": "1,2\n" * 9, "validation": "3,4\n" * 9})
    completed(outcome)
    assert "Suspected identical files found." in job.log


def test_training_goes_on_from_the_last_checkpoint(bench: Workbench, tmp_path: Path) -> None:
    label, features = regression_rows(40)
    checkpoints = {"S3Uri": "s3://bucket/checkpoints"}
    content = {"train": csv_of(label, features)}
    for rounds in (4, 10):
        hyperparameters = {**REGRESSION, "num_round": rounds}
        outcome, job = _train(bench, hyperparameters, content, CheckpointConfig=checkpoints)
        completed(outcome)
    assert "Resuming from iteration 4" in job.log
    assert re.findall(r"^\[(\d+)\]\ttrain-rmse:", job.log, re.MULTILINE) == ["4", "5", "6", "7", "8", "9"]
    assert _booster(bench, outcome, tmp_path).num_boosted_rounds() == 10
    kept = bench.store.keys("s3://bucket/checkpoints/")
    assert kept == [f"checkpoints/xgboost-checkpoint.{number}" for number in (*range(4), *range(5, 10))]


def test_resume_from_zero_padded_checkpoint(bench: Workbench) -> None:
    label, features = regression_rows(40)
    booster = xgboost.train({"max_depth": 2}, xgboost.DMatrix(features, label), 3)
    bench.store.write("s3://bucket/checkpoints/xgboost-checkpoint.000000000002", bytes(booster.save_raw("ubj")))
    bench.store.write("s3://bucket/checkpoints/tmp_checkpoint.7", b"no model")
    outcome, job = _train(
        bench, REGRESSION, {"train": csv_of(label, features)}, CheckpointConfig={"S3Uri": "s3://bucket/checkpoints"}
    )
    completed(outcome)
    assert "Resuming from iteration 3" in job.log
    assert "\ttrain-rmse:" not in job.log


def test_a_training_keeps_its_five_latest_checkpoints(bench: Workbench) -> None:
    label, features = regression_rows(40)
    content = {"train": csv_of(label, features)}
    checkpoints = {"S3Uri": "s3://bucket/checkpoints"}
    outcome, job = _train(bench, {**REGRESSION, "num_round": 8}, content, CheckpointConfig=checkpoints)
    completed(outcome)
    kept = sorted(path.name for path in (job.ml / "checkpoints").iterdir())
    assert kept == [f"xgboost-checkpoint.{number}" for number in range(3, 8)]


def test_images_before_1_3(bench: Workbench) -> None:
    label, features = regression_rows(40)
    image = XGBOOST.replace("3.2-0", "1.0-1-cpu-py3")
    outcome, _ = _train(
        bench,
        {**REGRESSION, "silent": 0},
        {"train": csv_of(label, features)},
        AlgorithmSpecification={"TrainingImage": image},
    )
    booster = pickle.loads(file_in(bench.store.read(str(completed(outcome).model_artifacts)), "xgboost-model"))
    assert isinstance(booster, xgboost.Booster)
    hosting = start_hosting(model_request(image, outcome.model_artifacts), {}, bench.job().context)
    try:
        answer = hosting.invoke(b"1,2,3,4\n5,6,7,8", content_type="text/csv", accept=None, headers={})
    finally:
        hosting.close()
    expected = booster.predict(xgboost.DMatrix(np.array([[1.0, 2, 3, 4], [5, 6, 7, 8]]))).tolist()
    assert answer.body.decode() == f"{expected[0]},{expected[1]}"


def _sharded(bench: Workbench, parts: list[str], hyperparameters: Mapping[str, Any], **more: Any) -> tuple[Any, Job]:
    """Train on two hosts that share the objects of the train channel."""
    for number, part in enumerate(parts):
        bench.store.write(f"s3://bucket/train/{number}", part)
    train = channel("train", "s3://bucket/train/", content_type="text/csv", S3DataDistributionType="ShardedByS3Key")
    request = training_request(XGBOOST, [train], hyperparameters, instances=2, **more)
    job = bench.job(name="spread")
    return run_training(request, job.context), job


def test_two_hosts_train_one_model_of_all_rows(bench: Workbench, tmp_path: Path) -> None:
    label, features = regression_rows()
    parts = [csv_of(label[part], features[part]) for part in (slice(0, 60), slice(60, None))]
    outcome, job = _sharded(bench, parts, {**REGRESSION, "tree_method": "hist"})
    completed(outcome)
    assert names_in(bench.store.read(str(outcome.model_artifacts))) == ["xgboost-model"]
    assert job.log.count("\ttrain-rmse:") == 3
    assert {metric.name for metric in outcome.metrics} == {"train:rmse"}
    alone = xgboost.train({"max_depth": 2, "tree_method": "hist"}, xgboost.DMatrix(features, label), 3)
    data = xgboost.DMatrix(features)
    together = _booster(bench, outcome, tmp_path).predict(data)
    assert np.corrcoef(together, alone.predict(data))[0, 1] > 0.95


def test_a_host_without_data_takes_no_part(bench: Workbench, tmp_path: Path) -> None:
    label, features = regression_rows()
    outcome, job = _sharded(bench, [csv_of(label, features)], REGRESSION)
    completed(outcome)
    assert "not being used for distributed training" in job.log
    assert _booster(bench, outcome, tmp_path).num_boosted_rounds() == 3


def test_script_imports_the_image_readers(bench: Workbench, tmp_path: Path) -> None:
    script = """
import os, sys
from sagemaker_containers import entry_point, training_env
from sagemaker_training import environment
from sagemaker_xgboost_container import checkpointing, distributed, encoder
from sagemaker_xgboost_container.data_utils import get_dmatrix, get_size
import json, xgboost
def fit(train, is_master):
    booster = checkpointing.train({"params": {}, "dtrain": train, "num_boost_round": 2}, "/opt/ml/checkpoints")
    if is_master:
        booster.save_model(os.environ["SM_MODEL_DIR"] + "/xgboost-model")
entry_point._wait_hostname_resolution()
assert get_dmatrix("/opt/ml/nothing", "csv") is None
train = get_dmatrix(os.environ["SM_CHANNEL_TRAIN"], "text/csv")
distributed.rabit_run(exec_fun=fit, args={"train": train}, include_in_training=train is not None,
                      hosts=json.loads(os.environ["SM_HOSTS"]), current_host=os.environ["SM_CURRENT_HOST"],
                      update_rabit_args=True)
print(environment.Environment().current_host, training_env().hyperparameters, encoder.csv_to_dmatrix("1,2").num_col())
"""
    label, features = regression_rows(40)
    for part in range(2):
        rows = csv_of(label[part::2], features[part::2])
        bench.store.write(f"s3://bucket/train/{part}", rows)
    train = channel("train", "s3://bucket/train/", S3DataDistributionType="ShardedByS3Key")
    request = script_request(bench.store, script, {"depth": 2}, XGBOOST, channels=[train])
    request["ResourceConfig"]["InstanceCount"] = 2
    job = bench.job()
    outcome = completed(run_training(request, job.context))
    assert "algo-1 {'depth': 2} 2\n" in job.log
    assert "algo-2 {'depth': 2} 2\n" in job.log
    assert names_in(bench.store.read(str(outcome.model_artifacts))) == ["xgboost-model"]
    assert _booster(bench, outcome, tmp_path).num_boosted_rounds() == 2
    checkpoints = [job.context.directory / "algo-1" / "ml" / "checkpoints"]
    assert any(path.name.startswith("xgboost-checkpoint.") for each in checkpoints for path in each.glob("*"))
