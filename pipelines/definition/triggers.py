"""The process that creates a schedule with the SDK: ``python -m pipelines.definition.triggers``.

The SDK schedules executions with the parameters' defaults only, and ours have no default for the data. So an event
handler replaces the target by the same API call with parameters, which may contain keywords such as the scheduled time:
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html.
"""

import json
import sys
from typing import Any

from pipelines.definition.sdk_process import respond
from pipelines.definition.steps.context import silence_telemetry


def put_schedule(inputs: dict[str, Any]) -> str:
    """Create or update the schedule and return its ARN.

    The inputs are ``pipeline_name``, ``name``, ``role``, ``region``, ``bucket``, ``parameters`` (of every execution),
    and either ``rate`` (number and unit) or ``cron``.
    """
    import boto3
    from sagemaker.core.helper.session_helper import Session
    from sagemaker.mlops.workflow.pipeline import Pipeline
    from sagemaker.mlops.workflow.triggers import PipelineSchedule

    silence_telemetry()
    given = [{"Name": name, "Value": value} for name, value in inputs["parameters"].items()]

    request = {
        "PipelineName": inputs["pipeline_name"],
        "PipelineParameters": given,
        # One execution per time, also if the call is repeated; it has at least 32 characters.
        "ClientRequestToken": f"{inputs['name']}-scheduled-for-<aws.scheduler.scheduled-time>",
    }

    def add_parameters(params: dict[str, Any], **_: object) -> None:
        if "Target" in params:
            partition = params["Target"]["RoleArn"].split(":")[1]
            params["Target"] = {
                "Arn": f"arn:{partition}:scheduler:::aws-sdk:sagemaker:startPipelineExecution",
                "RoleArn": params["Target"]["RoleArn"],
                "Input": json.dumps(request),
            }

    boto_session = boto3.Session(region_name=inputs["region"])
    boto_session.events.register("provide-client-params.scheduler", add_parameters)
    session = Session(boto_session=boto_session, default_bucket=inputs["bucket"])
    pipeline = Pipeline(name=inputs["pipeline_name"], steps=[], sagemaker_session=session)
    when = {"rate": tuple(inputs["rate"])} if "rate" in inputs else {"cron": inputs["cron"]}
    arns: list[str] = pipeline.put_triggers([PipelineSchedule(name=inputs["name"], **when)], role_arn=inputs["role"])
    return arns[0]


if __name__ == "__main__":
    sys.exit(respond(put_schedule))
