"""Images, paths, metrics in a log, and codecs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from local_sagemaker.containers.errors import ClientError, UnknownImageError, UnsupportedFormatError
from local_sagemaker.containers.images import STAND_INS, repository_of, stand_in_for
from local_sagemaker.containers.inference_toolkit import codecs
from local_sagemaker.containers.process.paths import rewrite_ml
from local_sagemaker.containers.training_toolkit.environment import decode, encode
from local_sagemaker.jobs.errors import RequestError
from local_sagemaker.jobs.training.metrics import MetricCollector

REGISTRY = "763104351884.dkr.ecr.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("image", "repository"),
    [
        (f"{REGISTRY}/sagemaker-xgboost:3.2-0", "sagemaker-xgboost"),
        (f"{REGISTRY}/pytorch-training:1.9.0-cpu-py38", "pytorch-training"),
        (f"{REGISTRY}/pytorch-training@sha256:0123", "pytorch-training"),
        ("sagemaker-scikit-learn", "sagemaker-scikit-learn"),
        ("localhost:5000/mine/own:1", "own"),
    ],
)
def test_repository_of_an_image(image: str, repository: str) -> None:
    assert repository_of(image) == repository


@pytest.mark.parametrize(
    ("repository", "training", "serving"),
    [
        ("sagemaker-xgboost", "xgboost", "xgboost"),
        ("sagemaker-scikit-learn", "script", "sklearn"),
        ("pytorch-training", "script", None),
        ("pytorch-inference", None, "pytorch"),
        ("pytorch", "script", None),
        ("autogluon-training", "script", None),
        ("autogluon", "script", "autogluon"),
        ("mxnet-inference", None, "toolkit"),
        ("huggingface-pytorch-inference", None, "huggingface"),
        ("huggingface-tensorflow-inference", None, "huggingface"),
        ("huggingface-pytorch-training", "script", None),
    ],
)
def test_a_repository_has_its_stand_in(repository: str, training: str | None, serving: str | None) -> None:
    stand_in = stand_in_for(f"{REGISTRY}/{repository}:1")
    assert (stand_in.training, stand_in.serving) == (training, serving)
    assert stand_in in STAND_INS


@pytest.mark.parametrize("image", [f"{REGISTRY}/my-sagemaker-xgboost:1", f"{REGISTRY}/sagemaker-spark-processing:3"])
def test_an_unknown_image_is_named_in_one_sentence(image: str) -> None:
    with pytest.raises(UnknownImageError, match=f"^The image {image} has no stand-in in the local SageMaker: "):
        stand_in_for(image)


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("/opt/ml", "/job/ml"),
        ("/opt/ml/input/data", "/job/ml/input/data"),
        ("--data=/opt/ml/a:/opt/ml/b", "--data=/job/ml/a:/job/ml/b"),
        ("cd '/opt/ml/code' && ls", "cd '/job/ml/code' && ls"),
        ("file:///opt/ml/model", "file:///job/ml/model"),
        ("/opt/mlx", "/opt/mlx"),
        ("/opt/ml-models", "/opt/ml-models"),
        ("s3://bucket/opt/ml/x", "s3://bucket/opt/ml/x"),
        ("./opt/ml", "./opt/ml"),
    ],
)
def test_only_opt_ml_paths_are_rewritten(text: str, rewritten: str) -> None:
    assert rewrite_ml(text, Path("/job/ml")) == rewritten


def _final(log: str, *definitions: tuple[str, str], built_in: bool = False) -> dict[str, float]:
    collector = MetricCollector([{"Name": name, "Regex": regex} for name, regex in definitions], built_in=built_in)
    for piece in log.splitlines(keepends=True):
        collector.read(piece)
    return {metric.name: metric.value for metric in collector.final_metrics()}


def test_the_last_match_of_a_definition_counts() -> None:
    assert _final("loss: 0.5\nnothing\nloss: 0.25\n", ("loss", r"loss: ([0-9.]+)")) == {"loss": 0.25}


def test_a_bare_name_meets_the_training_value_first() -> None:
    line = "[1]\ttrain's binary_logloss: 0.59\tval's binary_logloss: 0.61\n"
    definitions = (("bare", r"binary_logloss: ([0-9\.]+)"), ("val", r"val's binary_logloss: ([0-9\.]+)"))
    assert _final(line, *definitions) == {"bare": 0.59, "val": 0.61}


@pytest.mark.parametrize("regex", [r"nan=(\S+)x", "no group", "(maybe)?loss"])
def test_text_is_no_metric(regex: str) -> None:
    assert _final("nan=wordx no group loss\n", ("metric", regex)) == {}


def test_built_in_metrics() -> None:
    log = "[0]\ttrain-rmse:1.5\tvalidation-rmse:2.5\n[1]\ttrain-rmse:1.25\tvalidation-error@0.7:0.5\nx\ttrain-mae:9\n"
    assert _final(log, built_in=True) == {"train:rmse": 1.25, "validation:rmse": 2.5, "validation:error@0.7": 0.5}


@pytest.mark.parametrize("values", [[42, 6, 9], np.array([42, 6, 9])])
def test_row_to_csv_column(values: Any) -> None:
    assert codecs.encode(values, codecs.CSV) == codecs.encode_strictly(values, codecs.CSV) == "42\n6\n9\n"


@pytest.mark.parametrize(
    ("values", "plain", "quoted"),
    [([["a,b", 'c"d']], 'a,b,c"d\n', '"a,b","c""d"\n'), ([[1.0, np.float32(0.5)]], "1.0,0.5\n", "1.0,0.5\n")],
)
def test_quoted_csv_cells(values: Any, plain: str, quoted: str) -> None:
    assert codecs.encode(values, codecs.CSV) == plain
    assert codecs.encode_strictly(values, codecs.CSV) == quoted


@pytest.mark.parametrize(
    ("values", "text"), [({42: {"6": 9.0}}, '{"42": {"6": 9.0}}'), (np.array([1.0, 2.0]), "[1.0, 2.0]"), (3, "3")]
)
def test_json_of_array_like_values(values: Any, text: str) -> None:
    assert codecs.encode(values, codecs.JSON) == codecs.encode_strictly(values, codecs.JSON) == text


@pytest.mark.parametrize("encode", [codecs.encode, codecs.encode_strictly])
def test_other_types_cannot_be_written(encode: Any) -> None:
    with pytest.raises(UnsupportedFormatError, match=r"^Content type application/octet-stream is not supported"):
        encode([1], "application/octet-stream")


def test_invalid_csv_is_a_client_error() -> None:
    with pytest.raises(ClientError, match=r"^Error while decoding csv: "):
        codecs.decode_strictly('"1', "text/csv")


@pytest.mark.parametrize(
    ("text", "value"), [("1", 1), ("0.5", 0.5), ("true", True), ('"a"', "a"), ("a", "a"), ("[1]", [1]), ("", "")]
)
def test_hyperparameters_are_json_or_themselves(text: str, value: object) -> None:
    assert decode(text) == value


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), ("a", "a"), (1, "1"), ({"b": 1, "a": [2]}, '{"a":[2],"b":1}'), (True, "true")]
)
def test_variables_are_text_or_compact_json(value: object, text: str) -> None:
    assert encode(value) == text


def test_a_failure_reason_is_at_most_1024_characters() -> None:
    assert str(RequestError("x" * 2000)) == "ClientError: " + "x" * 1011
