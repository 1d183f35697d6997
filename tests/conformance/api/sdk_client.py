"""A client of the SageMaker SDK, V3: run by ``test_sdk.py`` in a process whose environment points to the service."""

from __future__ import annotations

import contextlib
import json
import sys

import boto3
from botocore.exceptions import WaiterError
from sagemaker.core import shapes
from sagemaker.core.resources import (
    Endpoint,
    EndpointConfig,
    HyperParameterTuningJob,
    Model,
    ModelPackage,
    ModelPackageGroup,
    ProcessingJob,
    TrainingJob,
)
from sagemaker.mlops.workflow.fail_step import FailStep
from sagemaker.mlops.workflow.pipeline import Pipeline

from tests.conformance.stand_ins import IMAGE, ROLE

OUTPUT = shapes.OutputDataConfig(s3_output_path="s3://bucket/models")
RESOURCES = shapes.ResourceConfig(instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=30)
STOPPING = shapes.StoppingCondition(max_runtime_in_seconds=60)
CONTAINER = {"Image": IMAGE}


def training() -> str:
    job = TrainingJob.create(
        training_job_name="sdk-training",
        role_arn=ROLE,
        algorithm_specification=shapes.AlgorithmSpecification(training_image=IMAGE, training_input_mode="File"),
        hyper_parameters={"objectives": "[2.0, 1.0]"},
        output_data_config=OUTPUT,
        resource_config=RESOURCES,
        stopping_condition=STOPPING,
    )
    job.wait(poll=1, logs=True)
    return job.model_artifacts.s3_model_artifacts


def processing() -> str:
    cluster = shapes.ProcessingClusterConfig(instance_count=1, instance_type="ml.m5.large", volume_size_in_gb=30)
    job = ProcessingJob.create(
        processing_job_name="sdk-processing",
        role_arn=ROLE,
        app_specification=shapes.AppSpecification(image_uri=IMAGE),
        processing_resources=shapes.ProcessingResources(cluster_config=cluster),
    )
    job.wait(poll=1)
    return job.processing_job_status


def tuning() -> str:
    limits = shapes.ResourceLimits(max_number_of_training_jobs=2, max_parallel_training_jobs=2)
    objective = shapes.HyperParameterTuningJobObjective(type="Minimize", metric_name="validation:rmse")
    span = shapes.ContinuousParameterRange(name="x", min_value="0", max_value="5")
    job = HyperParameterTuningJob.create(
        hyper_parameter_tuning_job_name="sdk-tuning",
        hyper_parameter_tuning_job_config=shapes.HyperParameterTuningJobConfig(
            strategy="Random",
            resource_limits=limits,
            hyper_parameter_tuning_job_objective=objective,
            parameter_ranges=shapes.ParameterRanges(continuous_parameter_ranges=[span]),
        ),
        training_job_definition=shapes.HyperParameterTrainingJobDefinition(
            algorithm_specification=shapes.HyperParameterAlgorithmSpecification(
                training_image=IMAGE, training_input_mode="File"
            ),
            role_arn=ROLE,
            output_data_config=OUTPUT,
            resource_config=RESOURCES,
            stopping_condition=STOPPING,
        ),
    )
    job.wait(poll=1)
    return job.best_training_job.training_job_name


def registry() -> str:
    ModelPackageGroup.create(model_package_group_name="sdk-group")
    specification = {
        "Containers": [CONTAINER],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    made = boto3.client("sagemaker").create_model_package(
        ModelPackageGroupName="sdk-group", InferenceSpecification=specification
    )
    package = ModelPackage.get(made["ModelPackageArn"])
    package.update(model_approval_status="Approved")
    package.refresh()
    return package.model_approval_status


def endpoint() -> str:
    Model.create(
        model_name="sdk-model", execution_role_arn=ROLE, primary_container=shapes.ContainerDefinition(image=IMAGE)
    )
    variant = shapes.ProductionVariant(
        variant_name="only", model_name="sdk-model", initial_instance_count=1, instance_type="ml.m5.large"
    )
    EndpointConfig.create(endpoint_config_name="sdk-config", production_variants=[variant])
    made = Endpoint.create(endpoint_name="sdk-endpoint", endpoint_config_name="sdk-config")
    made.wait_for_status("InService", poll=1)
    return json.loads(made.invoke(body=b"1,2", content_type="text/csv").body.read())["body"]


def pipeline() -> list[str]:
    made = Pipeline(name="SdkPipeline", steps=[FailStep(name="Fail", error_message="as requested")])
    made.upsert(role_arn=ROLE)
    made.upsert(role_arn=ROLE, tags=[{"Key": "k", "Value": "v"}])
    execution = made.start()
    with contextlib.suppress(WaiterError):  # it fails, as it should
        execution.wait(delay=1, max_attempts=10)
    return [execution.describe()["PipelineExecutionStatus"], execution.list_steps()[0]["FailureReason"]]


if __name__ == "__main__":
    results = {act.__name__: act() for act in (training, processing, tuning, registry, endpoint, pipeline)}
    with open(sys.argv[1], "w") as file:  # noqa: PTH123 - stdout is the SDK's
        json.dump(results, file)
