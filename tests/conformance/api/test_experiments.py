"""The experiments of executions and jobs, as the SDK's analytics read them."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.conformance.conftest import Execution, Pipelines
from tests.conformance.stand_ins import definition, get, processing, training, training_arguments


@pytest.fixture(scope="module")
def execution(pipelines: Pipelines) -> Execution:
    experiment = {"ExperimentName": get("Execution.PipelineName"), "TrialName": get("Execution.PipelineExecutionId")}
    steps = [training("Train", objectives="[2.0, 1.0]", depth="3", booster="x"), processing("Process")]
    return pipelines.run(definition(*steps, PipelineExperimentConfig=experiment))


def trial_of(execution: Execution) -> str:
    return execution.arn.rsplit("/", 1)[1]


def test_execution_is_a_trial(execution, sagemaker):
    name = execution.describe()["PipelineExperimentConfig"]["ExperimentName"]
    assert sagemaker.describe_experiment(ExperimentName=name)["ExperimentName"] == name
    assert sagemaker.describe_trial(TrialName=trial_of(execution))["ExperimentName"] == name


def test_jobs_are_trial_components(execution, sagemaker):
    listed = sagemaker.list_trial_components(TrialName=trial_of(execution))["TrialComponentSummaries"]
    names = {each["TrialComponentName"] for each in listed}
    jobs = {
        f"{metadata[word]['Arn'].rsplit('/', 1)[1]}-aws-{kind}"
        for metadata in (step["Metadata"] for step in execution.steps.values())
        for word, kind in (("TrainingJob", "training-job"), ("ProcessingJob", "processing-job"))
        if word in metadata
    }
    assert names == jobs
    experiment = execution.describe()["PipelineExperimentConfig"]["ExperimentName"]
    for parent, value in (("TrialName", trial_of(execution)), ("ExperimentName", experiment)):
        search = {"Filters": [{"Name": f"Parents.{parent}", "Operator": "Equals", "Value": value}]}
        found = sagemaker.search(Resource="ExperimentTrialComponent", SearchExpression=search)["Results"]
        assert {each["TrialComponent"]["TrialComponentName"] for each in found} == names


def test_components_are_searched_by_metrics(execution, sagemaker):
    better = {"Filters": [{"Name": "Metrics.Last", "Operator": "LessThan", "Value": "1.5"}]}
    found = sagemaker.search(Resource="ExperimentTrialComponent", SearchExpression=better)["Results"]
    assert [each["TrialComponent"]["Source"]["SourceType"] for each in found] == ["SageMakerTrainingJob"]


def test_training_component_has_metrics_and_artifact(execution, sagemaker):
    job = execution.steps["Train"]["Metadata"]["TrainingJob"]["Arn"].rsplit("/", 1)[1]
    component = sagemaker.describe_trial_component(TrialComponentName=f"{job}-aws-training-job")
    assert component["Status"]["PrimaryStatus"] == "Completed"
    assert component["Source"]["SourceArn"].endswith(f":training-job/{job}")
    assert component["Parameters"]["depth"] == {"NumberValue": 3.0}
    assert component["Parameters"]["booster"] == {"StringValue": "x"}
    assert component["InputArtifacts"]["train"] == {"Value": "s3://bucket/train"}
    artifact = f"s3://bucket/models/{job}/output/model.tar.gz"
    assert component["OutputArtifacts"]["SageMaker.ModelArtifact"] == {"Value": artifact}
    (metric,) = component["Metrics"]
    assert (metric["MetricName"], metric["Last"]) == ("validation:rmse", 1.0)


def test_deleted_experiments_stay_deleted(execution, sagemaker):
    sagemaker.create_training_job(
        TrainingJobName="alone", ExperimentConfig={"TrialName": trial_of(execution)}, **training_arguments()
    )
    sagemaker.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName="alone", WaiterConfig={"Delay": 1})
    sagemaker.describe_trial_component(TrialComponentName="alone-aws-training-job")
    sagemaker.delete_trial_component(TrialComponentName="alone-aws-training-job")
    listed = sagemaker.list_trial_components(TrialName=trial_of(execution))["TrialComponentSummaries"]
    assert "alone-aws-training-job" not in {each["TrialComponentName"] for each in listed}


@pytest.mark.parametrize(
    ("operation", "request_", "missing"),
    [
        ("describe_experiment", {"ExperimentName": "none"}, "Experiment 'arn:.*:experiment/none'"),
        ("describe_trial", {"TrialName": "none"}, "Trial 'arn:.*:experiment-trial/none'"),
        ("delete_trial_component", {"TrialComponentName": "none"}, "Trial component 'arn:.*-component/none'"),
        ("create_trial", {"TrialName": "t", "ExperimentName": "none"}, "Experiment 'arn:.*:experiment/none'"),
    ],
)
def test_missing_resources_are_not_found(sagemaker, operation, request_, missing):
    with pytest.raises(ClientError, match=f"ResourceNotFound.*{missing} does not exist"):
        getattr(sagemaker, operation)(**request_)


def test_duplicate_names_are_refused(sagemaker):
    sagemaker.create_trial_component(TrialComponentName="once", Parameters={"a": {"NumberValue": 1}})
    with pytest.raises(ClientError, match=r"ValidationException.*with name \(once\) already exists"):
        sagemaker.create_trial_component(TrialComponentName="once")
    described = sagemaker.describe_trial_component(TrialComponentName="once")
    assert described["Parameters"] == {"a": {"NumberValue": 1}}


def test_own_components_keep_tags(sagemaker):
    tags = [{"Key": "sagemaker:trial-component-source", "Value": "run"}]
    sagemaker.create_experiment(ExperimentName="by-hand")
    sagemaker.create_trial(TrialName="by-hand", ExperimentName="by-hand")
    made = sagemaker.create_trial_component(TrialComponentName="by-hand", DisplayName="mine", Tags=tags)
    sagemaker.associate_trial_component(TrialComponentName="by-hand", TrialName="by-hand")

    assert sagemaker.list_tags(ResourceArn=made["TrialComponentArn"])["Tags"] == tags
    filters = [{"Name": "TrialComponentName", "Operator": "Equals", "Value": "by-hand"}]
    (found,) = sagemaker.search(Resource="ExperimentTrialComponent", SearchExpression={"Filters": filters})["Results"]
    assert found["TrialComponent"]["Tags"] == tags
    (listed,) = sagemaker.list_trial_components(ExperimentName="by-hand")["TrialComponentSummaries"]
    assert (listed["TrialComponentName"], listed["DisplayName"]) == ("by-hand", "mine")
    assert sagemaker.list_trial_components(ExperimentName="another")["TrialComponentSummaries"] == []
