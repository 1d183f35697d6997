"""The schedule of a pipeline: EventBridge Scheduler, through the SDK's ``PipelineSchedule``.

The SDK works in a process of its own, `pipelines.definition.triggers`.
"""

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipelines.aws.responses import or_none
from pipelines.definition.sdk_environment import sdk_environment
from pipelines.definition.sdk_process import last_line
from pipelines.errors import BadInput, EnvironmentProblem
from pipelines.names import schedule_name
from pipelines.settings.fields import Settings, Task
from pipelines.target.connection import Connection

OFF = "off"
SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"
"""A keyword that EventBridge Scheduler replaces by the time of each start."""
RATE = re.compile(r"rate\((\d+) (minute|minutes|hour|hours|day|days)\)")
CRON = re.compile(r"cron\(((?:\S+ ){5}\S+)\)")
ENDS_WITH_COMMAND = (
    "With --keep-alive 0, the local service ends with this command. The schedule goes on while a later one runs."
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Schedule:
    """When the pipeline starts, and with which parameters."""

    name: str
    expression: str
    arn: str
    parameters: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` prints it."""
        return asdict(self)


def check(expression: str) -> str:
    """Return the expression if it is valid.

    Raises `BadInput` if it is neither ``cron(...)`` with six fields, nor ``rate(...)``, nor ``off``.
    """
    rate = RATE.fullmatch(expression)
    if expression == OFF or CRON.fullmatch(expression) or (rate and int(rate[1]) > 0):
        return expression
    raise BadInput(
        f"--schedule is {expression!r}, but it must be off, a rate such as 'rate(7 days)', or a cron expression of six "
        "fields in UTC (minutes hours day-of-month month day-of-week year) such as 'cron(0 3 ? * MON *)'."
    )


def change(
    expression: str,
    connection: Connection,
    settings: Settings,
    pipeline_name: str,
    parameters: Mapping[str, str],
    task: Task | None = None,
) -> Schedule | None:
    """Create, update or, for ``off``, delete the schedule that starts a pipeline with the parameters.

    ``task`` is that of a monitor. EventBridge Scheduler assumes the role of the settings, else of the stack, else the
    execution role.

    Raises `EnvironmentProblem` if AWS does not accept it.
    """
    if expression == OFF:
        had_one = remove(connection, pipeline_name, task)
        logger.info("The schedule is deleted." if had_one else "There was no schedule.")
        return None
    role = settings.schedule_role_arn or connection.stack.get("StarterRoleArn") or connection.find_role()
    inputs = {
        "pipeline_name": pipeline_name,
        "name": schedule_name(pipeline_name, task),
        "role": role,
        "region": connection.region,
        "bucket": connection.bucket,
        "parameters": dict(parameters),
        **_when(expression),
    }
    schedule = Schedule(inputs["name"], expression, _put(connection, inputs), parameters)
    if connection.owns_service:
        logger.warning("%s", ENDS_WITH_COMMAND)
    elif connection.name == "local":
        logger.info("The local service does not end by itself while it has a schedule; --schedule off deletes it.")
    return schedule


def _put(connection: Connection, inputs: Mapping[str, Any]) -> str:
    """Create or update a schedule with the SDK, and return its ARN."""
    with sdk_environment(connection, {}) as variables:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "pipelines.definition.triggers"],
            input=json.dumps(inputs),
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise EnvironmentProblem(f"The schedule could not be set: {last_line(done.stderr)}")
    return done.stdout.strip()


def _when(expression: str) -> dict[str, Any]:
    if rate := RATE.fullmatch(expression):
        return {"rate": [int(rate[1]), rate[2]]}
    return {"cron": expression.removeprefix("cron(").removesuffix(")")}


def remove(connection: Connection, pipeline_name: str, task: Task | None = None) -> bool:
    """Delete the pipeline's schedule; False if it has none."""
    found = find(connection, pipeline_name, task)
    if found is not None:
        connection.client("scheduler").delete_schedule(Name=found.name)
    return found is not None


def find(connection: Connection, pipeline_name: str, task: Task | None = None) -> Schedule | None:
    """Find the pipeline's schedule; a schedule of the same name that starts something else is not returned."""
    name = schedule_name(pipeline_name, task)
    found = or_none(connection.client("scheduler").get_schedule, {"ResourceNotFoundException"}, Name=name)
    if found is None:
        return None
    request = _request(found["Target"])
    if request.get("PipelineName", "").lower() != pipeline_name.lower():
        return None
    values = {parameter["Name"]: parameter["Value"] for parameter in request.get("PipelineParameters", [])}
    return Schedule(name, found["ScheduleExpression"], found["Arn"], values)


def _request(target: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request that a schedule sends; empty if it starts no pipeline."""
    if target["Arn"].endswith(":aws-sdk:sagemaker:startPipelineExecution"):
        return dict(json.loads(target.get("Input", "{}")))
    if ":pipeline/" not in target["Arn"]:
        return {}
    given = target.get("SageMakerPipelineParameters", {}).get("PipelineParameterList", [])
    return {"PipelineName": target["Arn"].rpartition("/")[2], "PipelineParameters": given}
