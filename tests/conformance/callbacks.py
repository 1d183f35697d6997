"""Callback steps for tests: definitions, a queue with their messages, and answers."""

from __future__ import annotations

import json
from typing import Any

from tests.conformance.stand_ins import get

TYPES = {"text": "String", "count": "Integer", "share": "Float", "good": "Boolean"}


def callback(name: str, queue: Any, outputs: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    declared = [{"OutputName": output, "OutputType": kind} for output, kind in (outputs or {}).items()]
    step = {"Name": name, "Type": "Callback", "SqsQueueUrl": queue, "OutputParameters": declared, "Arguments": {}}
    return {**step, **more}


def output(step: str, name: str) -> dict[str, str]:
    return get(f"Steps.{step}.OutputParameters['{name}']")


class Inbox:
    """A queue, and the messages in it."""

    def __init__(self, sqs: Any, name: str, **attributes: str) -> None:
        self._sqs = sqs
        self.url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def next(self) -> dict[str, Any]:
        (message,) = self._sqs.receive_message(QueueUrl=self.url, WaitTimeSeconds=20)["Messages"]
        self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return json.loads(message["Body"])


def succeed(sagemaker: Any, token: str, **outputs: str) -> str:
    given = [{"Name": name, "Value": value} for name, value in outputs.items()]
    return sagemaker.send_pipeline_execution_step_success(CallbackToken=token, OutputParameters=given)[
        "PipelineExecutionArn"
    ]
