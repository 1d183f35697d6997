"""Members of job descriptions beyond the request, compared with recorded responses of AWS."""

from __future__ import annotations

import time

import pytest
from botocore.exceptions import ClientError

from tests.conformance.stand_ins import IMAGE, ROLE, processing_arguments, training_arguments

XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"


def test_training_job_description_has_defaults(sagemaker):
    sagemaker.create_training_job(TrainingJobName="described", **training_arguments())
    job = sagemaker.describe_training_job(TrainingJobName="described")
    (channel,) = job["InputDataConfig"]
    assert (channel["CompressionType"], channel["RecordWrapperType"]) == ("None", "None")
    assert channel["DataSource"]["S3DataSource"]["S3DataDistributionType"] == "FullyReplicated"
    assert job["OutputDataConfig"] == {"CompressionType": "GZIP", "KmsKeyId": "", "S3OutputPath": "s3://bucket/models"}
    assert job["AlgorithmSpecification"]["EnableSageMakerMetricsTimeSeries"] is False
    assert job["ProfilingStatus"] == "Disabled"
    assert job["EnableNetworkIsolation"] is False
    assert job["EnableInterContainerTrafficEncryption"] is False
    assert job["EnableManagedSpotTraining"] is False
    assert "MetricDefinitions" not in job["AlgorithmSpecification"]


def test_profiled_training_job_without_channels(sagemaker):
    arguments = training_arguments()
    del arguments["InputDataConfig"]
    rule = {"RuleConfigurationName": "r", "RuleEvaluatorImage": IMAGE}
    sagemaker.create_training_job(
        TrainingJobName="profiled",
        **arguments,
        DebugRuleConfigurations=[rule],
        ProfilerConfig={"S3OutputPath": "s3://bucket/models", "DisableProfiler": False},
    )
    job = sagemaker.describe_training_job(TrainingJobName="profiled")
    assert job["InputDataConfig"] == []
    assert job["DebugRuleConfigurations"] == [{**rule, "VolumeSizeInGB": 0}]
    assert job["ProfilerConfig"]["ProfilingIntervalInMilliseconds"] == 500
    assert job["ProfilingStatus"] == "Enabled"


PREFERENCES = [
    {"InstanceType": "ml.m5.4xlarge", "InstanceCount": 2},
    {"InstanceType": "ml.m5.2xlarge", "InstanceCount": 4},
]


def test_first_preferred_instance_is_selected(sagemaker):
    training, processing = training_arguments(), processing_arguments()
    training["ResourceConfig"] = {"InstancePreferences": PREFERENCES, "VolumeSizeInGB": 1}
    processing["ProcessingResources"]["ClusterConfig"] = training["ResourceConfig"]
    sagemaker.create_training_job(TrainingJobName="preferring", **training)
    sagemaker.create_processing_job(ProcessingJobName="preferring", **processing)
    trained = sagemaker.describe_training_job(TrainingJobName="preferring")["ResourceConfig"]
    processed = sagemaker.describe_processing_job(ProcessingJobName="preferring")["ProcessingResources"]
    for resources in (trained, processed["ClusterConfig"]):
        assert (resources["SelectedInstanceType"], resources["SelectedInstanceCount"]) == ("ml.m5.4xlarge", 2)
        assert resources["InstancePreferences"] == PREFERENCES


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        ({"InstancePreferences": PREFERENCES, "InstanceType": "ml.m5.large"}, "are mutually exclusive"),
        ({"InstancePreferences": [{"InstanceType": "ml.m5.large"}]}, "InstanceCount must be at least 1"),
        ({"InstanceType": "ml.m5.large"}, "InstanceCount must be at least 1"),
    ],
)
def test_invalid_instance_types_are_refused(sagemaker, resources, message):
    arguments = processing_arguments()
    arguments["ProcessingResources"]["ClusterConfig"] = {**resources, "VolumeSizeInGB": 1}
    with pytest.raises(ClientError, match=f"ProcessingResources.ClusterConfig.*{message}"):
        sagemaker.create_processing_job(ProcessingJobName="nowhere", **arguments)


def test_given_values_override_defaults(sagemaker):
    arguments = training_arguments()
    arguments["OutputDataConfig"]["KmsKeyId"] = "alias/mine"
    arguments["InputDataConfig"][0]["RecordWrapperType"] = "None"
    sagemaker.create_training_job(TrainingJobName="given", **arguments, EnableNetworkIsolation=True)
    job = sagemaker.describe_training_job(TrainingJobName="given")
    assert job["OutputDataConfig"]["KmsKeyId"] == "alias/mine"
    assert job["InputDataConfig"][0]["RecordWrapperType"] == "None"
    assert job["EnableNetworkIsolation"] is True


def metrics_of(specification) -> dict[str, str]:
    return {each["Name"]: each["Regex"] for each in specification["MetricDefinitions"]}


def test_built_in_algorithm_has_metric_definitions(sagemaker):
    arguments = training_arguments(num_round="1")
    arguments["AlgorithmSpecification"]["TrainingImage"] = XGBOOST
    sagemaker.create_training_job(TrainingJobName="built-in", **arguments)
    metrics = metrics_of(sagemaker.describe_training_job(TrainingJobName="built-in")["AlgorithmSpecification"])
    assert len(metrics) == 34
    assert metrics["validation:rmse"] == (
        r".*\[[0-9]+\].*#011validation-rmse:([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*"
    )


def test_script_mode_has_no_metric_definitions(sagemaker):
    arguments = training_arguments(sagemaker_program="train.py")
    arguments["AlgorithmSpecification"]["TrainingImage"] = XGBOOST
    sagemaker.create_training_job(TrainingJobName="script", **arguments)
    job = sagemaker.describe_training_job(TrainingJobName="script")
    assert "MetricDefinitions" not in job["AlgorithmSpecification"]


def test_tuning_description_has_objective_hyperparameter(sagemaker):
    arguments = training_arguments()
    del arguments["HyperParameters"]
    arguments["AlgorithmSpecification"]["TrainingImage"] = XGBOOST
    resources = arguments.pop("ResourceConfig")
    sagemaker.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="described",
        HyperParameterTuningJobConfig={
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:rmse"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1},
            "ParameterRanges": {"ContinuousParameterRanges": [{"Name": "x", "MinValue": "0", "MaxValue": "1"}]},
        },
        TrainingJobDefinition={
            **arguments,
            "StaticHyperParameters": {"num_round": "1"},
            "HyperParameterTuningResourceConfig": resources,
        },
    )
    job = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="described")
    definition, ranges = job["TrainingJobDefinition"], job["HyperParameterTuningJobConfig"]["ParameterRanges"]
    assert definition["StaticHyperParameters"] == {"_tuning_objective_metric": "validation:rmse", "num_round": "1"}
    metrics = metrics_of(definition["AlgorithmSpecification"])
    assert metrics["ObjectiveMetric"] == metrics["validation:rmse"]
    assert definition["ResourceConfig"] == resources
    assert definition["InputDataConfig"][0]["CompressionType"] == "None"
    assert ranges["ContinuousParameterRanges"][0]["ScalingType"] == "Auto"
    assert (ranges["IntegerParameterRanges"], ranges["CategoricalParameterRanges"]) == ([], [])


def test_model_description_has_defaults(sagemaker, s3):
    s3.put_object(Bucket="bucket", Key="described/model.tar.gz", Body=b"m")
    container = {"Image": IMAGE, "ModelDataUrl": "s3://bucket/described/model.tar.gz"}
    sagemaker.create_model(ModelName="described-model", ExecutionRoleArn=ROLE, PrimaryContainer=container)
    model = sagemaker.describe_model(ModelName="described-model")
    archive = {"S3Uri": container["ModelDataUrl"], "S3DataType": "S3Object", "CompressionType": "Gzip"}
    assert model["PrimaryContainer"] == {
        **container,
        "Mode": "SingleModel",
        "Environment": {},
        "ModelDataSource": {"S3DataSource": archive},
    }
    assert model["EnableNetworkIsolation"] is False


def test_processing_job_description_has_defaults(sagemaker):
    source = {"S3Uri": "s3://bucket/in", "LocalPath": "/opt/ml/processing/in", "S3DataType": "S3Prefix"}
    arguments = processing_arguments(outputs={"out": "s3://bucket/out"})
    arguments["ProcessingInputs"] = [{"InputName": "in", "S3Input": {**source, "S3InputMode": "File"}}]
    sagemaker.create_processing_job(ProcessingJobName="described", **arguments)
    job = sagemaker.describe_processing_job(ProcessingJobName="described")
    (given,) = job["ProcessingInputs"]
    assert given["AppManaged"] is False
    assert given["S3Input"]["S3DataDistributionType"] == "FullyReplicated"
    assert given["S3Input"]["S3CompressionType"] == "None"
    assert job["ProcessingOutputConfig"]["Outputs"][0]["AppManaged"] is False
    assert job["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400}


def test_transform_job_description_has_defaults(sagemaker):
    sagemaker.create_model(ModelName="described", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": IMAGE})
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}
    sagemaker.create_transform_job(
        TransformJobName="described",
        ModelName="described",
        TransformInput={"DataSource": source, "ContentType": "text/csv"},
        TransformOutput={"S3OutputPath": "s3://bucket/out"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    job = sagemaker.describe_transform_job(TransformJobName="described")
    assert (job["TransformInput"]["CompressionType"], job["TransformInput"]["SplitType"]) == ("None", "None")
    assert (job["TransformOutput"]["AssembleWith"], job["TransformOutput"]["KmsKeyId"]) == ("None", "")
    assert job["DataProcessing"] == {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"}


# What clients read elsewhere.


@pytest.fixture(scope="module")
def trained(sagemaker) -> dict:
    """A job that has logged three rounds of metrics."""
    arguments = training_arguments(objectives="[3.0, 2.0, 1.0]")
    arguments["AlgorithmSpecification"]["TrainingImage"] = XGBOOST
    sagemaker.create_training_job(TrainingJobName="trained", **arguments)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        job = sagemaker.describe_training_job(TrainingJobName="trained")
        if job["TrainingJobStatus"] == "Completed":
            break
        time.sleep(0.01)
    return job


def test_training_metrics_are_in_cloudwatch(trained, service, aws):
    cloudwatch = aws("cloudwatch", service)
    of_the_job = [{"Name": "TrainingJobName", "Value": "trained"}]
    listed = cloudwatch.list_metrics(Namespace="/aws/sagemaker/TrainingJobs", Dimensions=of_the_job)["Metrics"]
    assert {metric["MetricName"] for metric in listed} == {"train:rmse", "validation:rmse"}
    hour = 3600
    (point,) = cloudwatch.get_metric_statistics(
        Namespace="/aws/sagemaker/TrainingJobs",
        MetricName="validation:rmse",
        Dimensions=of_the_job,
        StartTime=trained["CreationTime"].timestamp() - hour,
        EndTime=trained["CreationTime"].timestamp() + hour,
        Period=hour,
        Statistics=["Minimum", "Maximum", "SampleCount"],
    )["Datapoints"]
    assert (point["Minimum"], point["Maximum"], point["SampleCount"]) == (1.0, 3.0, 3.0)


def test_search_by_final_metrics(trained, sagemaker):
    def found(operator: str, value: str) -> list[str]:
        filters = [
            {"Name": "TrainingJobName", "Operator": "Equals", "Value": "trained"},
            {"Name": "Metrics.validation:rmse", "Operator": operator, "Value": value},
        ]
        results = sagemaker.search(
            Resource="TrainingJob", SearchExpression={"Filters": filters}, SortBy="Metrics.validation:rmse"
        )["Results"]
        return [result["TrainingJob"]["TrainingJobName"] for result in results]

    assert found("LessThanOrEqualTo", "1") == ["trained"]
    assert found("GreaterThan", "1") == []
