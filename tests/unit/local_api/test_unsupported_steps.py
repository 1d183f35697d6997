"""Steps that are refused by name before an execution starts."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_sagemaker.containers.images import missing
from local_sagemaker.core.errors import ValidationException
from local_sagemaker.definition.parse import parse
from local_sagemaker.engine.unsupported_steps import refuse

PARAMETERS = {"Image": "1.dkr.ecr.us-east-1.amazonaws.com/sagemaker-clarify-processing:1.0"}
XGBOOST, SPARK, PYTORCH, SERVING = (
    f"1.dkr.ecr.us-east-1.amazonaws.com/{name}:1"
    for name in ("sagemaker-xgboost", "sagemaker-spark-processing", "pytorch-training", "tensorflow-inference")
)


def step(kind: str, name: str = "S", **arguments) -> dict:
    return {"Name": name, "Type": kind, "Arguments": arguments}


def processing(image=XGBOOST, **more) -> dict:
    return step("Processing", AppSpecification={"ImageUri": image, "ContainerEntrypoint": ["python3"]}, **more)


def training(image, **more) -> dict:
    return step("Training", AlgorithmSpecification={"TrainingImage": image, **more})


def training_job(**more) -> dict:
    return step("Training", AlgorithmSpecification={"TrainingImage": PYTORCH}, **more)


MODEL = step("Model", "M", PrimaryContainer={"Image": SERVING})
MODEL_NAME = {"Get": "Steps.M.ModelName"}
DATA_SET = {"DatasetDefinition": {"AthenaDatasetDefinition": {"Catalog": "c"}}}
STORE = {"Outputs": [{"OutputName": "o", "FeatureStoreOutput": {"FeatureGroupName": "g"}, "AppManaged": True}]}
MEMBERS = st.sampled_from(
    [
        *("AlgorithmSpecification", "TrainingImage", "ContainerEntrypoint", "AppSpecification", "ImageUri"),
        *("ResourceConfig", "InstanceGroups", "CheckpointConfig", "LocalPath", "InputDataConfig", "DataSource"),
        *("TrainingJobDefinition", "TrainingJobDefinitions", "ProcessingInputs", "S3Input", "S3InputMode", "ModelName"),
    ]
)
VALUES = st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from([PYTORCH, SPARK])
ANYTHING = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=3), max_leaves=8
)
NOWHERE = "no stand-in for the image .*"


def refused(*steps: dict) -> None:
    refuse(parse(json.dumps({"Steps": list(steps)})), PARAMETERS, missing)


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([step("EMR")], "EMR"),
        ([processing(ProcessingInputs=[{"InputName": "i", **DATA_SET}])], "ProcessingInputs.DatasetDefinition"),
        ([processing(ProcessingOutputConfig=STORE)], "ProcessingOutputConfig.Outputs.FeatureStoreOutput"),
        ([step("Processing", AppSpecification={"ImageUri": XGBOOST})], "no AppSpecification.ContainerEntrypoint"),
        ([training_job(ResourceConfig={"InstanceGroups": [{}, {}]})], "several ResourceConfig.InstanceGroups"),
        ([training_job(CheckpointConfig={"LocalPath": "/tmp/c"})], "CheckpointConfig.LocalPath /tmp/c outside /opt/ml"),
        ([training_job(CheckpointConfig={"LocalPath": "/opt/ml/../c"})], "CheckpointConfig.LocalPath .* outside .*"),
        (
            [step("Tuning", TrainingJobDefinition={"CheckpointConfig": {"LocalPath": "/tmp/c"}})],
            "CheckpointConfig.LocalPath /tmp/c outside /opt/ml",
        ),
        (
            [step("Tuning", TrainingJobDefinitions=[{"ResourceConfig": {"InstanceGroups": [{}, {}]}}])],
            "several ResourceConfig.InstanceGroups",
        ),
        ([training_job(InputDataConfig=[{"CompressionType": "Gzip"}])], "InputDataConfig.CompressionType Gzip"),
        ([processing(SPARK)], f"{NOWHERE}sagemaker-spark-processing:1"),
        ([processing({"Get": "Parameters.Image"})], f"{NOWHERE}sagemaker-clarify-processing:1.0"),
        ([training(SPARK)], f"{NOWHERE}sagemaker-spark-processing:1"),
        ([training(XGBOOST.replace("xgboost", "pytorch-inference"))], "the image .* does not train"),
        ([training(PYTORCH, ContainerEntrypoint=["amazon_sagemaker_scheduler"])], "NotebookJob"),
        (
            [step("Tuning", TrainingJobDefinitions=[{"AlgorithmSpecification": {"TrainingImage": SPARK}}])],
            f"{NOWHERE}sagemaker-spark-processing:1",
        ),
        ([step("Transform", ModelName=MODEL_NAME), MODEL], f"{NOWHERE}tensorflow-inference:1"),
        ([step("EndpointConfig", ProductionVariants=[{"ModelName": MODEL_NAME}]), MODEL], NOWHERE),
    ],
)
def test_the_message_names_step_and_reason(steps, reason):
    rest = "Its types of steps are Processing, " if reason == "EMR" else "`local-sagemaker supported` lists"
    with pytest.raises(ValidationException, match=rf"does not support these steps: S \({reason}\)\. {rest}"):
        refused(*steps)


def test_message_names_ten_steps():
    with pytest.raises(ValidationException, match=r"S0 \(EMR\), S1 \(EMR\), .*S9 \(EMR\) and 1990 more"):
        refused(*(step("EMR", f"S{number}") for number in range(2000)))


@pytest.mark.parametrize(
    "steps",
    [
        [processing(), {**training(PYTORCH), "Name": "T"}],
        [training_job(ResourceConfig={"InstanceGroups": [{}]}, CheckpointConfig={"LocalPath": "/opt/ml/checkpoints"})],
        [processing({"Std:Join": {"On": "/", "Values": [{"Get": "Steps.M.ModelName"}, "image"]}}), MODEL],
        [processing(Environment={"E": {"Std:Join": {"On": "/", "Values": {"Get": "Parameters.Image"}}}})],
        [step("Training", AlgorithmSpecification=None)],
        [MODEL, step("RegisterModel", "R", InferenceSpecification={"Containers": [{"Image": PYTORCH}]})],
    ],
    ids=[
        "supported images",
        "one group, default checkpoints",
        "an image from another step",
        "a join of no list",
        "no algorithm",
        "models that are not served",
    ],
)
def test_supported_and_unknown_arguments_are_accepted(steps):
    refused(*steps)


@settings(deadline=None)
@given(
    st.sampled_from(["Processing", "Training", "Tuning", "Transform", "Model"]),
    st.dictionaries(MEMBERS, ANYTHING, max_size=4),
)
def test_malformed_arguments_are_not_refused(kind, arguments):
    with contextlib.suppress(ValidationException):
        refused(step(kind, **arguments))
