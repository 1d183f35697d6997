"""An alarm of the monitor starts the pipeline with the newest data: the function of infra/template.yaml."""

import os
from datetime import UTC, datetime, timedelta

import boto3

PREFIX = "retraining-"


def handler(event, _context):
    """Start an execution, unless the cooldown lasts or the week's number is reached; return what was done."""
    sagemaker, pipeline = boto3.client("sagemaker"), os.environ["PIPELINE"]
    monitored = event["detail"]["pipelineExecutionArn"]
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=monitored)["PipelineExecutionSteps"]
    if "AlarmRaised" not in [step["StepName"] for step in steps]:
        return said("Nothing started: the monitor failed without an alarm.")
    now = datetime.now(UTC)
    week = {"PipelineName": pipeline, "CreatedAfter": now - timedelta(days=7)}
    started = [
        each["StartTime"]
        for page in sagemaker.get_paginator("list_pipeline_executions").paginate(**week)
        for each in page["PipelineExecutionSummaries"]
        if each.get("PipelineExecutionDisplayName", "").startswith(PREFIX)
    ]
    if len(started) >= int(os.environ["MOST_PER_WEEK"]):
        return said(f"Nothing started: {len(started)} retrainings in seven days.")
    if started and now - max(started) < timedelta(hours=int(os.environ["COOLDOWN_HOURS"])):
        return said(f"Nothing started: the last retraining was at {max(started)}.")
    where = {"Bucket": os.environ["BUCKET"], "Prefix": f"{pipeline}/incoming/"}
    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(**where)
    objects = [each for page in pages for each in page.get("Contents", []) if each["Size"]]
    if not objects:
        return said(f"Nothing started: there is no data below {where['Prefix']}.")
    newest = max(objects, key=lambda each: each["LastModified"])
    uri = f"s3://{where['Bucket']}/{newest['Key']}"
    version = newest["ETag"].strip('"')
    values = {"InputDataUri": uri, "BatchInputUri": uri, "InputDataVersion": version, "Champion": event["id"]}
    execution = sagemaker.start_pipeline_execution(
        PipelineName=pipeline,
        PipelineExecutionDisplayName=PREFIX + monitored.rpartition("/")[2],
        PipelineParameters=[{"Name": name, "Value": value} for name, value in values.items()],
        ClientRequestToken=event["id"],
    )
    return said(f"Started {execution['PipelineExecutionArn']} with {uri}.")


def said(what):
    """Log what was done, and return it."""
    print(what)
    return what
