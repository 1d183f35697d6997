"""docs/contracts.md, section 6: step caching by exactly the keys of the developer guide."""

from __future__ import annotations

import copy
import json
import time

import pytest

from tests.conformance.stand_ins import IMAGE, ROLE, definition, get, processing, training

CACHE = {"CacheConfig": {"Enabled": True, "ExpireAfter": "P30D"}}


def cached(execution, step="Step"):
    return execution.steps[step].get("CacheHitResult")


def run_twice(pipelines, first, second):
    """Run a pipeline of one step, then the same pipeline with that step changed."""
    name = pipelines.create(definition(first))
    before = pipelines.start(name).wait()
    pipelines.sagemaker.update_pipeline(PipelineName=name, PipelineDefinition=definition(second))
    return before, pipelines.start(name).wait()


def test_cache_hit_names_its_source(pipelines, stand_ins):
    step = processing("Step", outputs={"out": "s3://bucket/cache"}, more=CACHE)
    name = pipelines.create(definition(step, processing("After", Uri=get("Steps.Step.ProcessingJobName"))))
    first = pipelines.start(name).wait()
    before = len(stand_ins.requests)
    second = pipelines.start(name).wait()
    assert cached(first) is None
    assert cached(second) == {"SourcePipelineExecutionArn": first.arn}
    assert second.statuses == {"Step": "Succeeded", "After": "Succeeded"}
    assert second.steps["Step"]["Metadata"] == first.steps["Step"]["Metadata"]
    assert second.job("After")["Environment"] == first.job("After")["Environment"]
    assert len(stand_ins.requests) == before + 1


def test_second_hit_names_the_first_execution(pipelines):
    name = pipelines.create(definition(processing("Step", more=CACHE)))
    first, _, third = (pipelines.start(name).wait() for _ in range(3))
    assert cached(third) == {"SourcePipelineExecutionArn": first.arn}


def test_no_cache_config_no_cache(pipelines):
    name = pipelines.create(definition(processing("Step")))
    pipelines.start(name).wait()
    assert cached(pipelines.start(name).wait()) is None


def changed(step, *path_and_value):
    step = copy.deepcopy(step)
    *path, last, value = path_and_value
    target = step["Arguments"]
    for key in path:
        target = target.setdefault(key, {})
    target[last] = value
    return step


PROCESSING = processing("Step", outputs={"out": "s3://bucket/a"}, more=CACHE, X="1")
INPUT = {
    "InputName": "in",
    "S3Input": {
        "S3Uri": "s3://bucket/in",
        "LocalPath": "/opt/ml/processing/in",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
    },
}


@pytest.mark.parametrize(
    "change",
    [("AppSpecification", "ContainerArguments", ["--more"]), ("Environment", "X", "2"), ("ProcessingInputs", [INPUT])],
)
def test_changed_key_runs_processing_again(pipelines, change):
    _, second = run_twice(pipelines, PROCESSING, changed(PROCESSING, *change))
    assert cached(second) is None


@pytest.mark.parametrize(
    "change",
    [
        ("ProcessingResources", "ClusterConfig", "InstanceType", "ml.m5.xlarge"),
        ("RoleArn", "arn:aws:iam::123456789012:role/Another"),
        ("StoppingCondition", "MaxRuntimeInSeconds", 60),
        ("ProcessingOutputConfig", "Outputs", PROCESSING["Arguments"]["ProcessingOutputConfig"]["Outputs"][:1]),
    ],
)
def test_processing_key_omits_outputs_and_role(pipelines, change):
    _, second = run_twice(pipelines, PROCESSING, changed(PROCESSING, *change))
    assert cached(second) is not None


TRAINING = training("Step", CACHE, depth="6")


@pytest.mark.parametrize(
    ("change", "hit"),
    [
        (("HyperParameters", "depth", "7"), False),
        (("Environment", "X", "1"), False),
        (("AlgorithmSpecification", "TrainingInputMode", "FastFile"), False),
        (("CheckpointConfig", "S3Uri", "s3://bucket/checkpoints"), False),
        (("InputDataConfig", []), False),
        (("OutputDataConfig", "S3OutputPath", "s3://bucket/elsewhere"), True),
        (("ResourceConfig", "InstanceType", "ml.m5.4xlarge"), True),
        (("StoppingCondition", "MaxRuntimeInSeconds", 60), True),
    ],
)
def test_the_key_of_a_training_step(pipelines, change, hit):
    second_step = changed(TRAINING, *change)
    if change == ("InputDataConfig", []):
        second_step["Arguments"].pop("InputDataConfig")
    _, second = run_twice(pipelines, TRAINING, second_step)
    assert (cached(second) is not None) is hit


def test_tuning_key_uses_training_attributes(pipelines):
    objective = {"Type": "Minimize", "MetricName": "validation:rmse"}
    ranges = {"ContinuousParameterRanges": [{"Name": "x", "MinValue": "0", "MaxValue": "5"}]}
    arguments = {
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1},
            "HyperParameterTuningJobObjective": objective,
            "ParameterRanges": ranges,
        },
        "TrainingJobDefinition": {
            "AlgorithmSpecification": {
                "TrainingImage": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0",
                "TrainingInputMode": "File",
            },
            "StaticHyperParameters": {"num_round": "1"},
            **{name: TRAINING["Arguments"][name] for name in ("OutputDataConfig", "ResourceConfig", "RoleArn")},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        },
    }
    step = {"Name": "Step", "Type": "Tuning", "Arguments": arguments, **CACHE}
    path = ("TrainingJobDefinition", "OutputDataConfig", "S3OutputPath")
    first, second = run_twice(pipelines, step, changed(step, *path, "s3://bucket/elsewhere"))
    assert cached(second) == {"SourcePipelineExecutionArn": first.arn}
    path = ("TrainingJobDefinition", "StaticHyperParameters", "num_round")
    assert cached(run_twice(pipelines, step, changed(step, *path, "2"))[1]) is None


def test_key_has_uri_not_content(pipelines, s3):
    s3.put_object(Bucket="bucket", Key="looked/at.csv", Body=b"1")
    first_input = {**INPUT, "S3Input": {**INPUT["S3Input"], "S3Uri": "s3://bucket/looked/at.csv"}}
    step = changed(PROCESSING, "ProcessingInputs", [first_input])
    name = pipelines.create(definition(step))
    pipelines.start(name).wait()
    s3.put_object(Bucket="bucket", Key="looked/at.csv", Body=b"2")
    assert cached(pipelines.start(name).wait()) is not None
    other_input = {**INPUT, "S3Input": {**INPUT["S3Input"], "S3Uri": get("Execution.PipelineExecutionId")}}
    name = pipelines.create(definition(changed(PROCESSING, "ProcessingInputs", [other_input])))
    pipelines.start(name).wait()
    assert cached(pipelines.start(name).wait()) is None


def test_transform_of_same_model_hits(pipelines, s3, sagemaker):
    container = {"Image": IMAGE, "Environment": {}}
    sagemaker.create_model(ModelName="cached-model", ExecutionRoleArn=ROLE, PrimaryContainer=container)
    arguments = {
        "ModelName": "cached-model",
        "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}},
        "TransformOutput": {"S3OutputPath": "s3://bucket/predicted"},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    step = {"Name": "Step", "Type": "Transform", "Arguments": arguments, **CACHE}
    _, second = run_twice(pipelines, step, changed(step, "TransformOutput", "S3OutputPath", "s3://bucket/elsewhere"))
    assert cached(second) is not None
    _, second = run_twice(pipelines, step, changed(step, "DataProcessing", {"InputFilter": "$[1:]"}))
    assert cached(second) is None


def test_key_compares_parameter_values(pipelines):
    parameters = [{"Name": "P", "Type": "String", "DefaultValue": "a"}]
    name = pipelines.create(definition(processing("Step", X=get("Parameters.P"), more=CACHE), parameters=parameters))
    first = pipelines.start(name).wait()
    assert cached(pipelines.start(name, {"P": "b"}).wait()) is None
    assert cached(pipelines.start(name, {"P": "a"}).wait()) == {"SourcePipelineExecutionArn": first.arn}


def test_an_expired_result_is_not_used(pipelines):
    step = processing("Step", more={"CacheConfig": {"Enabled": True, "ExpireAfter": "PT0.2S"}})
    name = pipelines.create(definition(step))
    pipelines.start(name).wait()
    time.sleep(0.3)
    assert cached(pipelines.start(name).wait()) is None


def test_a_failed_result_is_not_used(pipelines):
    step = processing("Step", FAIL="AlgorithmError: cached?", FAIL_TIMES="1", more=CACHE)
    name = pipelines.create(definition(step))
    assert pipelines.start(name).wait().status == "Failed"
    second = pipelines.start(name).wait()
    assert (second.status, cached(second)) == ("Succeeded", None)


def test_pipelines_share_no_cache(pipelines):
    text = definition(processing("Step", more=CACHE))
    pipelines.run(text)
    assert cached(pipelines.run(text)) is None


def test_a_model_step_is_never_cached(pipelines, s3):
    s3.put_object(Bucket="bucket", Key="cached/model.tar.gz", Body=b"m")
    container = {"Image": IMAGE, "ModelDataUrl": "s3://bucket/cached/model.tar.gz"}
    arguments = {"ExecutionRoleArn": ROLE, "PrimaryContainer": container}
    name = pipelines.create(definition({"Name": "Step", "Type": "Model", "Arguments": arguments, **CACHE}))
    first, second = pipelines.start(name).wait(), pipelines.start(name).wait()
    assert cached(second) is None
    assert first.steps["Step"]["Metadata"] != second.steps["Step"]["Metadata"]


def test_miss_logs_the_changed_field(pipelines, service):
    _, second = run_twice(pipelines, PROCESSING, changed(PROCESSING, "Environment", "X", "2"))
    identifier = second.arn.rsplit("/", 1)[1]
    (log,) = (service.core.directory / "logs").rglob(f"{identifier}.log")
    assert "Step: cache miss: Environment.X was '1', is '2'\n" in log.read_text()


def test_miss_logs_three_fields_at_most(pipelines, service):
    more = dict.fromkeys(("X", "A", "B", "C", "D"), "new")
    _, second = run_twice(pipelines, PROCESSING, changed(PROCESSING, "Environment", more))
    (log,) = (service.core.directory / "logs").rglob(f"{second.arn.rsplit('/', 1)[1]}.log")
    named = "Environment.X was '1', is 'new'; Environment.A was None, is 'new'; Environment.B was None, is 'new'"
    assert f"Step: cache miss: {named}; and 2 more\n" in log.read_text()


def test_deleted_job_is_no_hit(pipelines, sagemaker):
    name = pipelines.create(definition(processing("Step", more=CACHE)))
    first = pipelines.start(name).wait()
    sagemaker.delete_processing_job(ProcessingJobName=first.job("Step")["ProcessingJobName"])
    assert cached(pipelines.start(name).wait()) is None


def test_definition_keeps_the_cache_config(pipelines, sagemaker):
    name = pipelines.create(definition(processing("Step", more=CACHE)))
    stored = json.loads(sagemaker.describe_pipeline(PipelineName=name)["PipelineDefinition"])
    assert stored["Steps"][0]["CacheConfig"] == CACHE["CacheConfig"]
