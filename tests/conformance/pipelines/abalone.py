"""A pipeline of the shape that AWS's own samples have, as version 2 of the SDK stores it, with scripts to run.

Preprocessing in the scikit-learn image, the built-in XGBoost, an evaluation with a property file, and a condition: the
model is repacked with inference code, registered, created and used for a batch transform, or the execution fails.
"""

from __future__ import annotations

import io
import json
import random
import tarfile
from typing import Any

from tests.conformance.stand_ins import ROLE, compare, condition, fail, get, join, json_get
from tests.support.namespaces import portable

Document = dict[str, Any]

ECR = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
SCIKIT_LEARN = f"{ECR}/sagemaker-scikit-learn:1.2-1-cpu-py3"
XGBOOST = f"{ECR}/sagemaker-xgboost:3.2-0"

PREPROCESS = """
import argparse, boto3, numpy, pandas
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

parser = argparse.ArgumentParser()
parser.add_argument("--input-data", required=True)
bucket, key = parser.parse_args().input_data.removeprefix("s3://").split("/", 1)
boto3.resource("s3").Bucket(bucket).download_file(key, "abalone.csv")
table = pandas.read_csv("abalone.csv", header=None, names=["sex", "length", "weight", "rings"])
rings = table.pop("rings").to_numpy().reshape(-1, 1)
columns = ColumnTransformer([("n", StandardScaler(), ["length", "weight"]), ("c", OneHotEncoder(), ["sex"])])
rows = numpy.concatenate([rings, columns.fit_transform(table)], axis=1)
parts = numpy.split(rows, [int(0.7 * len(rows)), int(0.85 * len(rows))])
for name, part in zip(("train", "validation", "test"), parts):
    numpy.savetxt(f"/opt/ml/processing/{name}/{name}.csv", part, delimiter=",")
"""
EVALUATE = """
import json, numpy, tarfile, xgboost

with tarfile.open("/opt/ml/processing/model/model.tar.gz") as archive:
    archive.extractall(".", filter="data")
model = xgboost.Booster(model_file="xgboost-model")
test = numpy.loadtxt("/opt/ml/processing/test/test.csv", delimiter=",")
mse = float(numpy.mean((model.predict(xgboost.DMatrix(test[:, 1:])) - test[:, 0]) ** 2))
with open("/opt/ml/processing/evaluation/evaluation.json", "w") as file:
    json.dump({"regression_metrics": {"mse": {"value": mse}}}, file)
"""
INFERENCE = """
import os, numpy, xgboost

def model_fn(folder):
    return xgboost.Booster(model_file=os.path.join(folder, "xgboost-model"))

def input_fn(body, content_type):
    return xgboost.DMatrix(numpy.array([[float(cell) for cell in line.split(",")] for line in body.split()]))
"""
REPACK = """
import argparse, os, shutil, tarfile

parser = argparse.ArgumentParser()
for name in ("--inference_script", "--model_archive", "--dependencies", "--source_dir"):
    parser.add_argument(name)
given = parser.parse_args()
archive = os.path.join("/opt/ml/input/data/training", os.path.basename(given.model_archive))
with tarfile.open(archive) as tar:
    tar.extractall("/opt/ml/model", filter="data")
os.makedirs("/opt/ml/model/code")
shutil.copy(given.inference_script, "/opt/ml/model/code")
"""
REPACK_LAUNCHER = """#!/bin/bash
python repack.py --inference_script "${SM_HP_INFERENCE_SCRIPT}" --model_archive "${SM_HP_MODEL_ARCHIVE}" \\
    --dependencies "${SM_HP_DEPENDENCIES}" --source_dir "${SM_HP_SOURCE_DIR}"
"""


def rows(count: int = 400) -> str:
    """Shells whose rings follow from their length and weight."""
    chance = random.Random(0)
    shells = [(chance.choice("MFI"), chance.random(), chance.random()) for _ in range(count)]
    return "".join(f"{sex},{size:.4f},{weight:.4f},{10 * size + 5 * weight:.3f}\n" for sex, size, weight in shells)


def files() -> dict[str, bytes]:
    """The objects that the bucket must contain, by key."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        scripts = {"repack.py": portable(REPACK), "launcher.sh": REPACK_LAUNCHER, "inference.py": INFERENCE}
        for name, text in scripts.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return {
        "abalone/data/abalone.csv": rows().encode(),
        "abalone/code/preprocess.py": portable(PREPROCESS).encode(),
        "abalone/code/evaluate.py": portable(EVALUATE).encode(),
        "abalone/code/sourcedir.tar.gz": archive.getvalue(),
    }


def output_of(step: str, name: str) -> Document:
    return get(f"Steps.{step}.ProcessingOutputConfig.Outputs['{name}'].S3Output.S3Uri")


def _input(name: str, uri: Any) -> Document:
    folder = "/opt/ml/processing/input/code" if name == "code" else f"/opt/ml/processing/{name}"
    source = {
        "S3Uri": uri,
        "LocalPath": folder,
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
        "S3DataDistributionType": "FullyReplicated",
        "S3CompressionType": "None",
    }
    return {"InputName": name, "AppManaged": False, "S3Input": source}


def _output(name: str) -> Document:
    target = {
        "S3Uri": join("/", "s3://bucket/abalone", get("Execution.PipelineExecutionId"), name),
        "LocalPath": f"/opt/ml/processing/{name}",
        "S3UploadMode": "EndOfJob",
    }
    return {"OutputName": name, "AppManaged": False, "S3Output": target}


def _processing(name: str, image: str, script: str, inputs: list[Document], outputs: list[str]) -> Document:
    cluster = {"InstanceType": "ml.m5.xlarge", "InstanceCount": get("Parameters.ProcessingInstanceCount")}
    arguments = {
        "ProcessingResources": {"ClusterConfig": {**cluster, "VolumeSizeInGB": 30}},
        "AppSpecification": {
            "ImageUri": image,
            "ContainerArguments": ["--input-data", get("Parameters.InputDataUrl")],
            "ContainerEntrypoint": ["python3", f"/opt/ml/processing/input/code/{script}"],
        },
        "RoleArn": ROLE,
        "ProcessingInputs": [*inputs, _input("code", f"s3://bucket/abalone/code/{script}")],
        "ProcessingOutputConfig": {"Outputs": [_output(each) for each in outputs]},
    }
    return {"Name": name, "Type": "Processing", "Arguments": arguments}


def _channel(name: str, uri: Any, **more: str) -> Document:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"DataSource": {"S3DataSource": source}, "ChannelName": name, **more}


def _training(name: str, image: str, channels: list[Document], hyperparameters: Document) -> Document:
    arguments = {
        "AlgorithmSpecification": {"TrainingInputMode": "File", "TrainingImage": image},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/abalone/models"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
        "ResourceConfig": {"VolumeSizeInGB": 30, "InstanceCount": 1, "InstanceType": "ml.m5.large"},
        "RoleArn": ROLE,
        "InputDataConfig": channels,
        "HyperParameters": hyperparameters,
        "DebugHookConfig": {"S3OutputPath": "s3://bucket/abalone/models", "CollectionConfigurations": []},
        "ProfilerConfig": {"S3OutputPath": "s3://bucket/abalone/models"},
    }
    return {"Name": name, "Type": "Training", "Arguments": arguments}


def _repack() -> Document:
    """The step that version 2 of the SDK puts before a model with inference code of its own."""
    artifact = get("Steps.Train.ModelArtifacts.S3ModelArtifacts")
    hyperparameters = {
        "inference_script": '"inference.py"',
        "model_archive": join("", artifact),
        "dependencies": "null",
        "source_dir": "null",
        "sagemaker_submit_directory": '"s3://bucket/abalone/code/sourcedir.tar.gz"',
        "sagemaker_program": '"launcher.sh"',
        "sagemaker_container_log_level": "20",
        "sagemaker_region": '"us-east-1"',
    }
    step = _training("Register-RepackModel-0", SCIKIT_LEARN, [_channel("training", artifact)], hyperparameters)
    return {**step, "DependsOn": ["Train"], "Description": "Repacks the model with its inference code"}


def _promoted() -> list[Document]:
    statistics = {
        "ContentType": "application/json",
        "S3Uri": join("/", output_of("Evaluate", "evaluation"), "evaluation.json"),
    }
    code = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    repacked = get("Steps.Register-RepackModel-0.ModelArtifacts.S3ModelArtifacts")
    register = {
        "ModelPackageGroupName": "Abalone",
        "ModelMetrics": {"ModelQuality": {"Statistics": statistics}, "Bias": {}, "Explainability": {}},
        "InferenceSpecification": {
            "Containers": [{"Image": XGBOOST, "ModelDataUrl": repacked, "Environment": code}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
            "SupportedRealtimeInferenceInstanceTypes": ["ml.t2.medium"],
            "SupportedTransformInstanceTypes": ["ml.m5.large"],
        },
        "ModelApprovalStatus": get("Parameters.ModelApprovalStatus"),
        "SkipModelValidation": "None",
    }
    container = {"Image": XGBOOST, "ModelDataUrl": get("Steps.Train.ModelArtifacts.S3ModelArtifacts")}
    source = {"S3DataType": "S3Prefix", "S3Uri": output_of("Preprocess", "test")}
    transform = {
        "ModelName": get("Steps.Create-CreateModel.ModelName"),
        "TransformInput": {"DataSource": {"S3DataSource": source}, "ContentType": "text/csv", "SplitType": "Line"},
        "TransformOutput": {
            "S3OutputPath": join("/", "s3://bucket/abalone/predictions", get("Execution.PipelineExecutionId")),
            "AssembleWith": "Line",
            "Accept": "text/csv",
        },
        "TransformResources": {"InstanceCount": 1, "InstanceType": "ml.m5.large"},
        "DataProcessing": {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"},
    }
    return [
        _repack(),
        {"Name": "Register-RegisterModel", "Type": "RegisterModel", "Arguments": register},
        {
            "Name": "Create-CreateModel",
            "Type": "Model",
            "Arguments": {"ExecutionRoleArn": ROLE, "PrimaryContainer": container},
        },
        {"Name": "Transform", "Type": "Transform", "Arguments": transform},
    ]


def definition_text() -> str:
    """The whole definition."""
    hyperparameters = {"objective": "reg:squarederror", "num_round": "20", "max_depth": "5", "eta": "0.3"}
    channels = [
        _channel(name, output_of("Preprocess", name), ContentType="text/csv") for name in ("train", "validation")
    ]
    model = _input("model", get("Steps.Train.ModelArtifacts.S3ModelArtifacts"))
    report = {"PropertyFileName": "Report", "OutputName": "evaluation", "FilePath": "evaluation.json"}
    evaluate = _processing(
        "Evaluate", XGBOOST, "evaluate.py", [model, _input("test", output_of("Preprocess", "test"))], ["evaluation"]
    )
    threshold = get("Parameters.MseThreshold")
    measured = json_get("Evaluate", "Report", "regression_metrics.mse.value")
    steps = [
        _processing("Preprocess", SCIKIT_LEARN, "preprocess.py", [], ["train", "validation", "test"]),
        _training("Train", XGBOOST, channels, hyperparameters),
        {**evaluate, "PropertyFiles": [report]},
        condition(
            "Gate",
            [compare("LessThanOrEqualTo", measured, threshold)],
            _promoted(),
            [fail("TooBad", join(" ", "The error is above", threshold))],
        ),
    ]
    parameters = [
        {"Name": "ProcessingInstanceCount", "Type": "Integer", "DefaultValue": 1},
        {"Name": "ModelApprovalStatus", "Type": "String", "DefaultValue": "PendingManualApproval"},
        {"Name": "InputDataUrl", "Type": "String", "DefaultValue": "s3://bucket/abalone/data/abalone.csv"},
        {"Name": "MseThreshold", "Type": "Float", "DefaultValue": 6.0},
    ]
    experiment = {"ExperimentName": get("Execution.PipelineName"), "TrialName": get("Execution.PipelineExecutionId")}
    return json.dumps(
        {
            "Version": "2020-12-01",
            "Metadata": {},
            "Parameters": parameters,
            "PipelineExperimentConfig": experiment,
            "Steps": steps,
        }
    )
