"""An alarm of the monitor starts the pipeline: rule and function of the template, in the local service."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from local_sagemaker import open_service
from pipelines.definition.monitoring import ALARM_RAISED
from tests.unit.infra.test_template import properties

BUCKET = "the-bucket"
ROLE = "arn:aws:iam::123456789012:role/service-role/ExecutionRole"
PARAMETERS = ("InputDataUri", "BatchInputUri", "InputDataVersion", "Champion")


def definition(step: str, *parameters: str) -> str:
    fail = {"Name": step, "Type": "Fail", "Arguments": {"ErrorMessage": "far enough"}}
    declared = [{"Name": name, "Type": "String"} for name in parameters]
    return json.dumps({"Version": "2020-12-01", "Parameters": declared, "Steps": [fail]})


class Account:
    """A service with the pipeline, its monitor, and the rule and the function of the stack."""

    def __init__(self, service: Any) -> None:
        self.sagemaker, self.s3, self.events, self.functions = (
            boto3.client(name, **service.client_arguments) for name in ("sagemaker", "s3", "events", "lambda")
        )
        self.s3.create_bucket(Bucket=BUCKET)
        steps = {"SeoulBikeDemand": definition("Stop", *PARAMETERS), "SeoulBikeDemandMonitor": definition(ALARM_RAISED)}
        for name, text in steps.items():
            self.sagemaker.create_pipeline(
                PipelineName=name, ClientRequestToken="t" * 32, RoleArn=ROLE, PipelineDefinition=text
            )
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        iam = boto3.client("iam", **service.client_arguments)
        role = iam.create_role(RoleName="Retrain", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("index.py", properties("Retrain")["Code"]["ZipFile"])
        self.function = self.functions.create_function(
            FunctionName="retrain",
            Runtime=properties("Retrain")["Runtime"],
            Handler=properties("Retrain")["Handler"],
            Role=role["Role"]["Arn"],
            Timeout=properties("Retrain")["Timeout"],
            Code={"ZipFile": packed.getvalue()},
            Environment={"Variables": {**self.limits(), "PIPELINE": "SeoulBikeDemand", "BUCKET": BUCKET}},
        )["FunctionArn"]

    @staticmethod
    def limits(most: int = 2, hours: int = 48) -> dict[str, str]:
        return {"MOST_PER_WEEK": str(most), "COOLDOWN_HOURS": str(hours)}

    def alarm(self, event_id: str) -> str:
        """Start the monitor, and answer its failure as the rule would; return what the function says."""
        execution = self.sagemaker.start_pipeline_execution(PipelineName="SeoulBikeDemandMonitor")
        arn = execution["PipelineExecutionArn"]
        self.wait_for(lambda: self.sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn), "Failed")
        event = {"id": event_id * 36, "detail": {"pipelineExecutionArn": arn}}
        answer = self.functions.invoke(FunctionName=self.function, Payload=json.dumps(event))
        return str(json.loads(answer["Payload"].read()))

    @staticmethod
    def wait_for(describe: Any, status: str) -> None:
        for _ in range(1200):
            if describe()["PipelineExecutionStatus"] == status:
                return
            time.sleep(0.1)
        raise AssertionError(f"it did not become {status}")

    @property
    def retrainings(self) -> list[dict[str, Any]]:
        return self.sagemaker.list_pipeline_executions(PipelineName="SeoulBikeDemand")["PipelineExecutionSummaries"]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with open_service(tmp_path_factory.mktemp("retraining")) as service:
        yield Account(service)


def test_without_new_data_nothing_starts(account: Account) -> None:
    assert "there is no data below SeoulBikeDemand/incoming/" in account.alarm("a")
    assert account.retrainings == []


def test_the_rule_starts_the_pipeline_with_the_newest_data(account: Account) -> None:
    for name in ("january", "february"):
        account.s3.put_object(Bucket=BUCKET, Key=f"SeoulBikeDemand/incoming/{name}.csv", Body=name.encode())
        time.sleep(1.1)  # S3's times are of whole seconds
    account.s3.put_object(Bucket=BUCKET, Key="SeoulBikeDemand/incoming/", Body=b"")
    pattern = {
        "source": ["aws.sagemaker"],
        "detail-type": properties("MonitorFailed")["EventPattern"]["detail-type"],
        "detail": {"currentPipelineExecutionStatus": ["Failed"], "pipelineArn": [{"suffix": "Monitor"}]},
    }
    account.events.put_rule(Name="alarm", EventPattern=json.dumps(pattern))
    account.events.put_targets(Rule="alarm", Targets=[{"Id": "retrain", "Arn": account.function}])
    account.sagemaker.start_pipeline_execution(PipelineName="SeoulBikeDemandMonitor")
    for _ in range(1200):
        if account.retrainings:
            break
        time.sleep(0.1)
    account.events.remove_targets(Rule="alarm", Ids=["retrain"])
    (execution,) = account.retrainings
    assert execution["PipelineExecutionDisplayName"].startswith("retraining-")
    listed = account.sagemaker.list_pipeline_parameters_for_execution(
        PipelineExecutionArn=execution["PipelineExecutionArn"]
    )
    values = {each["Name"]: each["Value"] for each in listed["PipelineParameters"]}
    assert values["InputDataUri"] == values["BatchInputUri"] == f"s3://{BUCKET}/SeoulBikeDemand/incoming/february.csv"
    assert len(values["InputDataVersion"]) == 32, "the version is the object's ETag, as with new data"


def test_a_cooldown_and_a_number_a_week_limit_it(account: Account) -> None:
    assert "the last retraining was at" in account.alarm("b")
    variables = {"PIPELINE": "SeoulBikeDemand", "BUCKET": BUCKET}
    account.functions.update_function_configuration(
        FunctionName="retrain", Environment={"Variables": {**variables, **account.limits(most=1)}}
    )
    assert "1 retrainings in seven days" in account.alarm("c")
    assert len(account.retrainings) == 1


def test_a_monitor_that_fails_itself_retrains_nothing(account: Account) -> None:
    account.sagemaker.update_pipeline(PipelineName="SeoulBikeDemandMonitor", PipelineDefinition=definition("Broken"))
    assert "failed without an alarm" in account.alarm("d")
