"""Stopping an execution, retrying it, retry policies and selective execution."""

from __future__ import annotations

import time

import pytest
from botocore.exceptions import ClientError

from tests.conformance.stand_ins import compare, condition, definition, depends_on, fail, get, processing


def started(pipelines, *steps, until: str):
    execution = pipelines.start(pipelines.create(definition(*steps)))
    deadline = time.time() + 10
    while execution.statuses.get(until) != "Executing" and time.time() < deadline:
        time.sleep(0.01)
    return execution


def test_stop_ends_running_steps(pipelines, sagemaker):
    steps = [processing("Done"), processing("Slow", SECONDS="30", more=depends_on("Done")), processing("Never")]
    steps[2]["DependsOn"] = ["Slow"]
    execution = started(pipelines, *steps, until="Slow")
    answer = sagemaker.stop_pipeline_execution(PipelineExecutionArn=execution.arn)
    assert answer["PipelineExecutionArn"] == execution.arn
    execution.wait()
    assert execution.status == "Stopped"
    assert execution.statuses == {"Done": "Succeeded", "Slow": "Stopped"}
    assert execution.job("Slow")["ProcessingJobStatus"] == "Stopped"


def test_ended_execution_cannot_stop(pipelines, sagemaker):
    execution = pipelines.run(definition(processing("Step")))
    with pytest.raises(ClientError, match="its status is Succeeded"):
        sagemaker.stop_pipeline_execution(PipelineExecutionArn=execution.arn)


def test_retry_resumes_failed_steps(pipelines, sagemaker):
    steps = [
        processing("First"),
        processing("Flaky", FAIL="AlgorithmError: once", FAIL_TIMES="1", more=depends_on("First")),
        processing("Last", more=depends_on("Flaky")),
    ]
    execution = pipelines.run(definition(*steps))
    assert execution.statuses == {"First": "Succeeded", "Flaky": "Failed"}
    first = execution.steps["First"]
    sagemaker.retry_pipeline_execution(PipelineExecutionArn=execution.arn, ClientRequestToken="t" * 32)
    execution.wait()
    assert execution.status == "Succeeded"
    assert "FailureReason" not in execution.describe()
    assert execution.statuses == dict.fromkeys(("First", "Flaky", "Last"), "Succeeded")
    assert execution.steps["First"] == first


def test_retry_after_stop(pipelines, sagemaker):
    execution = started(pipelines, processing("Slow", SECONDS="0.4"), until="Slow")
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=execution.arn)
    execution.wait()
    assert execution.statuses == {"Slow": "Stopped"}
    sagemaker.retry_pipeline_execution(PipelineExecutionArn=execution.arn, ClientRequestToken="u" * 32)
    assert execution.wait().statuses == {"Slow": "Succeeded"}


def test_retry_keeps_condition_outcomes(pipelines, sagemaker):
    flaky = processing("Flaky", FAIL="AlgorithmError: twice", FAIL_TIMES="1")
    execution = pipelines.run(definition(condition("Gate", [compare("Equals", 1, 1)], [flaky], [fail("No", "no")])))
    sagemaker.retry_pipeline_execution(PipelineExecutionArn=execution.arn, ClientRequestToken="v" * 32)
    assert execution.wait().statuses == {"Gate": "Succeeded", "Flaky": "Succeeded"}


def test_succeeded_execution_cannot_retry(pipelines, sagemaker):
    execution = pipelines.run(definition(processing("Step")))
    with pytest.raises(ClientError, match=r"ConflictException.*not Failed or Stopped"):
        sagemaker.retry_pipeline_execution(PipelineExecutionArn=execution.arn, ClientRequestToken="w" * 32)


def test_an_execution_that_a_fail_step_ended_cannot_be_retried(pipelines, sagemaker):
    execution = pipelines.run(definition(condition("Gate", [compare("Equals", 1, 2)], [], [fail("No", "no")])))
    with pytest.raises(ClientError, match=r"ConflictException.*cannot be retried: the Fail step No ended it"):
        sagemaker.retry_pipeline_execution(PipelineExecutionArn=execution.arn, ClientRequestToken="x" * 32)


def policy(*exceptions: str, **more):
    return {
        "RetryPolicies": [
            {"ExceptionType": list(exceptions), "IntervalSeconds": 0, "BackoffRate": 2.0, "MaxAttempts": 3, **more}
        ]
    }


def test_retry_policy_counts_attempts(pipelines):
    again = policy("SageMaker.JOB_INTERNAL_ERROR")
    step = processing("Step", FAIL="InternalServerError: retried", FAIL_TIMES="2", more=again)
    execution = pipelines.run(definition(step))
    assert execution.statuses == {"Step": "Succeeded"}
    assert execution.steps["Step"]["AttemptCount"] == 3


def test_retry_policy_gives_up(pipelines):
    again = policy("SageMaker.CAPACITY_ERROR", MaxAttempts=2)
    execution = pipelines.run(definition(processing("Step", FAIL="CapacityError: never", more=again)))
    assert execution.steps["Step"]["AttemptCount"] == 3
    assert execution.steps["Step"]["FailureReason"] == "ClientError: CapacityError: never"


def test_algorithm_errors_are_not_retried(pipelines):
    again = policy("SageMaker.JOB_INTERNAL_ERROR", "SageMaker.CAPACITY_ERROR", "SageMaker.RESOURCE_LIMIT")
    execution = pipelines.run(definition(processing("Step", FAIL="AlgorithmError: mine", more=again)))
    assert execution.steps["Step"]["AttemptCount"] == 1


def test_stop_ends_a_retry_wait(pipelines, sagemaker):
    again = policy("SageMaker.JOB_INTERNAL_ERROR", IntervalSeconds=60)
    execution = pipelines.start(
        pipelines.create(definition(processing("Step", FAIL="InternalServerError: wait", more=again)))
    )
    time.sleep(0.2)
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=execution.arn)
    execution.wait()
    assert (execution.status, execution.statuses) == ("Stopped", {"Step": "Stopped"})


CHAIN = definition(
    processing("A", outputs={"out": "s3://bucket/chain"}),
    processing("B", Uri=get("Steps.A.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri")),
    processing("C", more=depends_on("B")),
)


def selected(*names: str, source: str | None = None):
    config = {"SelectedSteps": [{"StepName": name} for name in names]}
    if source:
        config["SourcePipelineExecutionArn"] = source
    return {"SelectiveExecutionConfig": config}


def test_selection_reuses_earlier_results(pipelines):
    name = pipelines.create(CHAIN)
    first = pipelines.start(name).wait()
    second = pipelines.start(name, **selected("B", source=first.arn)).wait()
    assert second.status == "Succeeded"
    assert second.statuses == {"A": "Succeeded", "B": "Succeeded"}
    assert second.steps["A"]["SelectiveExecutionResult"] == {"SourcePipelineExecutionArn": first.arn}
    assert second.steps["A"]["Metadata"] == first.steps["A"]["Metadata"]
    assert second.steps["B"]["Metadata"] != first.steps["B"]["Metadata"]
    assert second.job("B")["Environment"]["Uri"] == "s3://bucket/chain"
    assert second.describe()["SelectiveExecutionConfig"]["SelectedSteps"] == [{"StepName": "B"}]


def test_dependencies_need_a_source_execution(pipelines):
    with pytest.raises(ClientError) as refused:
        pipelines.start(pipelines.create(CHAIN), **selected("B"))
    assert (
        "Invalid SourcePipelineExecutionArn: null. The selected steps [B] have dependencies on [A]"
        in refused.value.response["Error"]["Message"]
    )


def test_independent_selection_needs_no_source(pipelines):
    assert pipelines.start(pipelines.create(CHAIN), **selected("A")).wait().statuses == {"A": "Succeeded"}


def test_selected_step_must_exist(pipelines):
    with pytest.raises(ClientError, match=r"\[Z\] are not in the pipeline definition"):
        pipelines.start(pipelines.create(CHAIN), **selected("Z"))


def test_source_steps_must_have_succeeded(pipelines):
    bad = definition(processing("A", FAIL="AlgorithmError: no"), processing("B", more=depends_on("A")))
    name = pipelines.create(bad)
    first = pipelines.start(name).wait()
    with pytest.raises(ClientError, match="need the step A, which has not succeeded"):
        pipelines.start(name, **selected("B", source=first.arn))
