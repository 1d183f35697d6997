"""docs/contracts.md, section 6: the statuses and the reasons of steps and executions."""

from __future__ import annotations

import re
import time

from tests.conformance.stand_ins import (
    IMAGE,
    ROLE,
    compare,
    condition,
    definition,
    depends_on,
    fail,
    get,
    processing,
    training,
)


def test_steps_run_in_dependency_order(pipelines):
    steps = [processing("C", more=depends_on("B")), processing("B", more=depends_on("A")), processing("A")]
    execution = pipelines.run(definition(*steps))
    assert execution.statuses == {"A": "Succeeded", "B": "Succeeded", "C": "Succeeded"}
    starts = [execution.steps[name]["StartTime"] for name in "ABC"]
    ends = [execution.steps[name]["EndTime"] for name in "ABC"]
    assert ends[0] <= starts[1]
    assert ends[1] <= starts[2]


def test_independent_steps_run_in_parallel(pipelines, stand_ins):
    stand_ins.most_at_once = 0
    pipelines.run(definition(*(processing(f"S{number}", SECONDS="0.3") for number in range(4))))
    assert stand_ins.most_at_once == 4


def test_parallelism_limits_running_steps(pipelines, stand_ins):
    stand_ins.most_at_once = 0
    steps = [processing(f"S{number}", SECONDS="0.05") for number in range(6)]
    execution = pipelines.run(definition(*steps), ParallelismConfiguration={"MaxParallelExecutionSteps": 2})
    assert stand_ins.most_at_once == 2
    assert execution.describe()["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 2}
    assert execution.status == "Succeeded"


def test_parallelism_defaults_to_the_pipelines(pipelines, sagemaker, stand_ins):
    stand_ins.most_at_once = 0
    name = pipelines.create(definition(*(processing(f"S{number}", SECONDS="0.05") for number in range(4))))
    sagemaker.update_pipeline(PipelineName=name, ParallelismConfiguration={"MaxParallelExecutionSteps": 1})
    execution = pipelines.start(name).wait()
    assert execution.status == "Succeeded"
    assert execution.describe()["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 1}
    assert stand_ins.most_at_once == 1


def test_parallelism_can_change_while_running(pipelines, sagemaker, stand_ins):
    stand_ins.most_at_once = 0
    steps = [processing(f"S{number}", SECONDS="0.3") for number in range(5)]
    execution = pipelines.start(
        pipelines.create(definition(*steps)), ParallelismConfiguration={"MaxParallelExecutionSteps": 1}
    )
    sagemaker.update_pipeline_execution(
        PipelineExecutionArn=execution.arn, ParallelismConfiguration={"MaxParallelExecutionSteps": 4}
    )
    assert execution.wait().status == "Succeeded"
    assert stand_ins.most_at_once == 4


def test_failure_stops_only_dependents(pipelines):
    steps = [
        processing("Bad", FAIL="AlgorithmError: no"),
        processing("After", more=depends_on("Bad")),
        processing("Beside", SECONDS="0.1"),
        processing("AfterBeside", more=depends_on("Beside")),
    ]
    execution = pipelines.run(definition(*steps))
    assert execution.statuses == {"Bad": "Failed", "Beside": "Succeeded", "AfterBeside": "Succeeded"}
    described = execution.describe()
    assert described["PipelineExecutionStatus"] == "Failed"
    assert described["FailureReason"] == "Step failure: One or multiple steps failed."


def test_failed_step_has_job_reason(pipelines):
    execution = pipelines.run(definition(processing("Bad", FAIL="AlgorithmError: See job logs, exit code: 1")))
    assert execution.steps["Bad"]["FailureReason"] == "ClientError: AlgorithmError: See job logs, exit code: 1"
    assert execution.steps["Bad"]["Metadata"]["ProcessingJob"]["Arn"].startswith("arn:aws:sagemaker:us-east-1:")


def test_fail_step_lets_running_steps_finish(pipelines):
    steps = [
        processing("Slow", SECONDS="0.3"),
        processing("AfterSlow", more=depends_on("Slow")),
        processing("Quick"),
        {**fail("Stop", "too bad"), **depends_on("Quick")},
    ]
    execution = pipelines.run(definition(*steps))
    assert execution.statuses == {"Slow": "Succeeded", "Quick": "Succeeded", "Stop": "Failed"}
    step = execution.steps["Stop"]
    assert step["FailureReason"] == "too bad"
    assert step["Metadata"] == {"Fail": {"ErrorMessage": "too bad"}}
    assert execution.status == "Failed"


def test_refused_call_fails_its_step(pipelines):
    model = {
        "Name": "Create",
        "Type": "Model",
        "Arguments": {
            "ExecutionRoleArn": ROLE,
            "PrimaryContainer": {"Image": IMAGE, "ModelDataUrl": "s3://bucket/nothing/model.tar.gz"},
        },
    }
    execution = pipelines.run(definition(model))
    reason = execution.steps["Create"]["FailureReason"]
    assert reason.startswith("ClientError: Failed to invoke sagemaker:CreateModel. Error Details: Could not find model")
    assert f"PipelineExecutionArn {execution.arn} and StepId Create" in reason
    assert execution.steps["Create"]["Metadata"] == {}


def test_job_names_contain_execution_and_step(pipelines):
    execution = pipelines.run(definition(processing("A_step_with_a_name_so_long_that_it_does_not_fit_in_the_job")))
    (step,) = execution.steps.values()
    name = step["Metadata"]["ProcessingJob"]["Arn"].rsplit("/", 1)[1]
    identifier = execution.arn.rsplit("/", 1)[1]
    assert re.fullmatch(r"[a-z0-9]{12}", identifier)
    assert re.fullmatch(rf"pipelines-{identifier}-A-step-with[A-Za-z0-9-]*-[A-Za-z0-9]{{10}}", name)
    assert len(name) <= 63


def test_custom_prefix_starts_job_name(pipelines):
    step = processing("Step")
    step["Arguments"]["ProcessingJobName"] = "mine"
    execution = pipelines.run(definition(step))
    assert execution.job("Step")["ProcessingJobName"].startswith("mine-")


def test_steps_are_listed_newest_first(pipelines, sagemaker):
    execution = pipelines.run(definition(processing("A"), processing("B", more=depends_on("A"))))
    newest = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution.arn)
    oldest = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution.arn, SortOrder="Ascending")
    assert [step["StepName"] for step in newest["PipelineExecutionSteps"]] == ["B", "A"]
    assert [step["StepName"] for step in oldest["PipelineExecutionSteps"]] == ["A", "B"]


def test_steps_are_listed_in_pages(pipelines, sagemaker):
    execution = pipelines.run(definition(*(processing(f"S{number}") for number in range(5))))
    names, token = [], {}
    while True:
        page = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution.arn, MaxResults=2, **token)
        names += [step["StepName"] for step in page["PipelineExecutionSteps"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert sorted(names) == [f"S{number}" for number in range(5)]


def test_listed_step_has_its_details(pipelines):
    more = {"DisplayName": "Shown", "Description": "Described"}
    step = pipelines.run(definition(processing("Step", more=more))).steps["Step"]
    assert (step["StepDisplayName"], step["StepDescription"], step["AttemptCount"]) == ("Shown", "Described", 1)


def test_running_step_is_executing(pipelines):
    execution = pipelines.start(pipelines.create(definition(processing("Step", SECONDS="5"))))
    deadline = time.time() + 5
    while execution.statuses.get("Step") != "Executing" and time.time() < deadline:
        time.sleep(0.01)
    assert execution.status == "Executing"
    assert execution.statuses == {"Step": "Executing"}
    assert "EndTime" not in execution.steps["Step"]
    execution.sagemaker.stop_pipeline_execution(PipelineExecutionArn=execution.arn)
    execution.wait()


def test_every_step_type_has_metadata(pipelines, sagemaker, s3):
    s3.put_object(Bucket="bucket", Key="m/model.tar.gz", Body=b"m")
    container = {"Image": IMAGE, "ModelDataUrl": get("Steps.Train.ModelArtifacts.S3ModelArtifacts")}
    steps = [
        training("Train"),
        {"Name": "Create", "Type": "Model", "Arguments": {"ExecutionRoleArn": ROLE, "PrimaryContainer": container}},
        {
            "Name": "Register",
            "Type": "RegisterModel",
            "Arguments": {
                "ModelPackageGroupName": "made-by-the-step",
                "InferenceSpecification": {
                    "Containers": [container],
                    "SupportedContentTypes": ["text/csv"],
                    "SupportedResponseMIMETypes": ["text/csv"],
                },
            },
        },
        {
            "Name": "Batch",
            "Type": "Transform",
            "Arguments": {
                "ModelName": get("Steps.Create.ModelName"),
                "TransformInput": {
                    "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}
                },
                "TransformOutput": {"S3OutputPath": "s3://bucket/out"},
                "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
            },
        },
    ]
    execution = pipelines.run(definition(*steps))
    assert execution.status == "Succeeded", execution.steps
    metadata = {name: step["Metadata"] for name, step in execution.steps.items()}
    assert {name: list(members) for name, members in metadata.items()} == {
        "Train": ["TrainingJob"],
        "Create": ["Model"],
        "Register": ["RegisterModel"],
        "Batch": ["TransformJob"],
    }
    package = sagemaker.describe_model_package(ModelPackageName=metadata["Register"]["RegisterModel"]["Arn"])
    assert package["ModelPackageVersion"] == 1
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    assert package["MetadataProperties"] == {"GeneratedBy": execution.arn}
    assert package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"].endswith("/output/model.tar.gz")


def test_jobs_belong_to_the_experiment(pipelines):
    config = {"ExperimentName": get("Execution.PipelineName"), "TrialName": get("Execution.PipelineExecutionId")}
    execution = pipelines.run(definition(processing("Step"), PipelineExperimentConfig=config))
    described = execution.describe()
    expected = {
        "ExperimentName": described["PipelineArn"].rsplit("/", 1)[1],
        "TrialName": execution.arn.rsplit("/")[-1],
    }
    assert described["PipelineExperimentConfig"] == expected
    assert execution.job("Step")["ExperimentConfig"] == expected


def test_engine_defect_fails_the_execution(pipelines, monkeypatch):
    def broken(*arguments, **more):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("local_sagemaker.engine.start_step.Launch.start", broken)
    execution = pipelines.run(definition(processing("Step")))
    assert execution.status == "Failed"
    assert execution.steps["Step"]["FailureReason"] == "InternalServerError: ZeroDivisionError: oops"


def test_externally_stopped_job_fails_its_step(pipelines, sagemaker):
    gate = condition("Gate", [compare("Equals", 1, 1)], [processing("Step", SECONDS="20")])
    execution = pipelines.start(pipelines.create(definition(gate)))
    deadline = time.time() + 5
    while execution.statuses.get("Step") != "Executing" and time.time() < deadline:
        time.sleep(0.01)
    sagemaker.stop_processing_job(ProcessingJobName=execution.job("Step")["ProcessingJobName"])
    execution.wait()
    assert execution.statuses["Step"] == "Failed"
    assert execution.status == "Failed"


def test_package_without_group_gets_a_name(pipelines):
    containers = {"Containers": [{"Image": IMAGE, "ModelDataUrl": "s3://bucket/m/model.tar.gz"}]}
    register = {"Name": "Register_it", "Type": "RegisterModel", "Arguments": {"InferenceSpecification": containers}}
    described = fail("Described", get("Steps.Register_it.ModelPackageName"))
    execution = pipelines.run(definition(register, described))
    name = execution.steps["Register_it"]["Metadata"]["RegisterModel"]["Arn"].rsplit("/", 1)[1]
    assert name.startswith(f"pipelines-{execution.arn.rsplit('/', 1)[1]}-Register-it-")
    assert execution.steps["Described"]["FailureReason"] == name
