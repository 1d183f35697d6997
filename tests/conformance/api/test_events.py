"""What EventBridge is told, as far as moto delivers: here to a queue."""

from __future__ import annotations

import json

from tests.conformance.stand_ins import IMAGE, definition, processing


def test_executions_and_model_packages_reach_the_rules_of_eventbridge(aws, service, sagemaker, pipelines):
    sqs, eventbridge = (aws(name, service.endpoint_url) for name in ("sqs", "events"))
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    eventbridge.put_rule(Name="all", EventPattern=json.dumps({"source": ["aws.sagemaker"]}))
    eventbridge.put_targets(Rule="all", Targets=[{"Id": "queue", "Arn": arn}])

    execution = pipelines.run(definition(processing("A", FAIL="AlgorithmError: told")))
    sagemaker.create_model_package_group(ModelPackageGroupName="told")
    specification = {
        "Containers": [{"Image": IMAGE}],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    package = sagemaker.create_model_package(ModelPackageGroupName="told", InferenceSpecification=specification)
    sagemaker.update_model_package(ModelPackageArn=package["ModelPackageArn"], ModelApprovalStatus="Approved")

    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    events = [json.loads(message["Body"]) for message in messages]
    executions = [event for event in events if "Pipeline Execution Status Change" in event["detail-type"]]
    statuses = [event["detail"]["currentPipelineExecutionStatus"] for event in executions]
    assert statuses == ["Executing", "Failed"]
    assert all(execution.arn in event["resources"] for event in executions)
    packages = [event["detail"] for event in events if event["detail-type"] == "SageMaker Model Package State Change"]
    assert [detail["ModelApprovalStatus"] for detail in packages] == ["PendingManualApproval", "Approved"]
