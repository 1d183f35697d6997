"""Least privilege: the calls that are really made are allowed, dangerous ones are not, and no statement is too many."""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pytest

from local_sagemaker import open_service
from pipelines.data.sample import MARK, generate_sample
from tests.functional.conftest import environment
from tests.support import warm
from tests.support.browsing import browse
from tests.support.definitions import build
from tests.support.iam import permissions
from tests.support.implied import (
    by_codebuild,
    by_definition,
    by_events,
    by_interruption,
    by_refreshing_prices,
    by_scaling,
    by_stopping,
    by_the_page,
    by_the_retraining,
    by_the_starter,
    by_vpc,
)
from tests.support.policies import ACCOUNT, BUCKET, EXECUTION_ROLE, PIPELINE, REGION, STARTER_ROLE, Call, allows, load

ROOT = Path(__file__).parents[2]
RECORDER = ROOT / "tests" / "support" / "recorder"


@dataclass(frozen=True)
class Command:
    """A command of `pipelines`, and the policy that must allow all of its calls."""

    policy: str
    arguments: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    code: int | None = 0


SHORT = ["--task", "regression", "--algorithms", "xgboost,lightgbm", "--features", "now"]
NO_DATA = f"InputDataUri=s3://{BUCKET}/{PIPELINE}/data/none.csv"
RETRAINED = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/{PIPELINE}-regression/3"
WINDOW = ["--predictions", "batch/predictions.csv", "--actuals", "actuals.csv"]
SCHEDULED = [
    *("--predictions", f"s3://{BUCKET}/{PIPELINE}/windows/predictions.csv"),
    *("--actuals", f"s3://{BUCKET}/{PIPELINE}/windows/actuals.csv", "--schedule-role-arn", STARTER_ROLE),
]
INSTANCES = ["--min-instances", "1", "--max-instances", "2"]
STUDIO = Command("viewer", ["studio", "--read-only", "--no-browser", "--port", "0"])
"""The web page; every view of it is opened."""
COMMANDS = [
    Command("caller", ["run", "--upsert", "--start", "--wait", "--tag", "commit=0123abc", *SHORT]),
    Command("caller", ["run", "--start", "--wait", *SHORT]),  # from the cache
    Command("serving", ["endpoint", "deploy", "--approve", *INSTANCES]),
    Command("serving", ["endpoint", "list"]),
    Command("serving", ["endpoint", "describe"]),
    Command("serving", ["endpoint", "invoke", "--file", "rows.csv"]),
    Command("serving", ["endpoint", "logs"]),
    Command("serving", ["endpoint", "scale", "--min-instances", "2", "--max-instances", "2"]),
    Command("serving", ["endpoint", "scale", "--off"]),
    STUDIO,
    Command("caller", ["run", "--upsert", "--start", "--no-wait", "--tag", "commit=4567def", "--seed", "7", *SHORT]),
    Command("caller", ["executions", "wait"]),
    Command("serving", ["endpoint", "update", "--approve", "--model-package", RETRAINED]),
    Command("serving", ["batch", "run", "--input", "rows.csv", "--output", "batch"]),
    Command("caller", ["monitor", *WINDOW], code=None),  # whether it alarms is for other tests
    Command("caller", ["executions", "describe", "--pipeline-name", f"{PIPELINE}Monitor"]),
    Command("operator", ["monitor", "--schedule", "cron(0 3 1 1 ? 2199)", *SCHEDULED]),
    Command("serving", ["compare", "--rows", "20", "--output", "compared"]),
    Command("serving", ["endpoint", "delete", "--expired", "--yes"]),
    Command("serving", ["endpoint", "delete", "--yes"]),
    Command("caller", ["executions", "list"]),
    Command("caller", ["executions", "describe"]),
    Command("caller", ["executions", "steps"]),
    Command("caller", ["executions", "logs", "Preprocess"]),
    Command("caller", ["executions", "compare", "latest", "latest"]),
    Command("caller", ["run", "--estimate", *SHORT]),
    Command("operator", ["doctor"], code=None),  # its own tests check the findings
    Command("operator", ["run", "--schedule", "cron(0 3 1 1 ? 2199)", "--schedule-role-arn", STARTER_ROLE]),
    Command("operator", ["run", "--schedule", "cron(0 4 1 1 ? 2199)", "--schedule-role-arn", STARTER_ROLE]),
    Command("operator", ["run", "--schedule", "off"]),
    Command("caller", ["run", "--start", "--wait", "--no-preflight", "--parameter", NO_DATA], code=1),
    Command("caller", ["executions", "retry", "--no-wait"]),
    Command("caller", ["executions", "stop"], code=None),  # the execution may have ended already
    Command("caller", ["run", "--start"], {"SAGEMAKER_PIPELINE_ROLE_ARN": ""}, code=3),  # looks whether a stack has one
    Command("operator", ["teardown", "--yes"]),
]


USER = "moto"


@dataclass(frozen=True)
class Recorded:
    """The calls of the commands, by policy, and the access key that they were given."""

    calls: dict[str, set[Call]]
    secrets: dict[str, str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working folder of the commands: the service's state, their results and their output."""
    return tmp_path_factory.mktemp("policies")


@pytest.fixture(scope="module")
def recorded(folder: Path, cache: Path) -> Recorded:
    """Run every command against the local SageMaker instead of AWS, as a user with an access key."""
    return _recorded(folder, cache)


@pytest.fixture(scope="module")
def needed(folder: Path, recorded: Recorded) -> dict[str, set[Call]]:
    """Map each policy to the calls that it must allow: recorded calls of commands, implied calls of services."""
    needed = defaultdict(set, {policy: set(calls) for policy, calls in recorded.calls.items()})
    tasks = [{"task": "all"}, {"task": "all", "tune": True, "deploy": True}]
    needed["execution-role"] |= {call for text in build(tasks, folder) for call in by_definition(text)}
    needed["build"] |= by_codebuild()
    needed["caller"] |= by_stopping() | by_refreshing_prices()
    needed["viewer"] |= by_the_page()
    needed["serving"] |= by_scaling() | by_interruption()
    needed["events"] |= by_events()
    needed["vpc"] |= by_vpc()
    needed["start-pipeline"] |= by_the_starter()
    needed["retrain"] |= by_the_retraining()
    return needed


def _recorded(folder: Path, cache: Path) -> Recorded:
    data = folder / "hours.csv"
    rows = pd.read_csv(io.BytesIO(generate_sample()), encoding="cp1252").drop(columns=MARK)
    rows["Date"] = pd.to_datetime(rows["Date"], format="%d/%m/%Y").dt.strftime("%Y-%m-%d")
    rows.to_csv(data, index=False)
    day = rows.head(24)
    day.drop(columns=rows.columns[1]).to_csv(folder / "rows.csv", index=False)
    hours = pd.to_datetime(day["Date"]) + pd.to_timedelta(day["Hour"].astype(int), "h")
    pd.DataFrame({"datetime": hours, "rentals": day.iloc[:, 1]}).to_csv(folder / "actuals.csv", index=False)
    calls: dict[str, set[Call]] = defaultdict(set)
    with open_service(folder / "state") as service:
        s3 = boto3.client("s3", **service.client_arguments)
        s3.create_bucket(Bucket=BUCKET)
        trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        iam = boto3.client("iam", **service.client_arguments)
        iam.create_user(UserName=USER)
        key = iam.create_access_key(UserName=USER)["AccessKey"]
        secrets = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        iam.create_role(
            RoleName=EXECUTION_ROLE.rpartition("/")[2], AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
        )
        s3.put_object(Bucket=BUCKET, Key=f"{PIPELINE}/data/none.csv", Body=b"nothing")
        variables = environment(
            cache,
            **{**service.environment, **secrets},
            PYTHONPATH=f"{RECORDER}{os.pathsep}{ROOT}",
            SAGEMAKER_PIPELINE_ROLE_ARN=EXECUTION_ROLE,
            SEOUL_BIKE_DATA=str(data),
        )
        for command in COMMANDS:
            calls[command.policy].update(_calls_of(command, folder, {**variables, **command.environment}))
    return Recorded(calls, secrets)


def _calls_of(command: Command, folder: Path, variables: dict[str, str]) -> Iterator[Call]:
    file = folder / "calls.jsonl"
    file.unlink(missing_ok=True)
    process = subprocess.Popen(
        [warm.python(), "-m", "pipelines", *command.arguments, "--target", "aws", "--bucket", BUCKET],
        cwd=folder,
        env={**variables, "RECORDED_CALLS": str(file)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if command is STUDIO:
        browse(process)
    done = subprocess.CompletedProcess(command.arguments, 0, *process.communicate(timeout=1500))
    done.returncode = process.returncode
    with (folder / "output.txt").open("a", encoding="utf-8") as output:
        output.write(f"{command.arguments}\n{done.stdout}\n{done.stderr}\n")
    assert command.code in (None, done.returncode), f"{command.arguments}\n{done.stderr}"
    assert file.is_file(), f"{command.arguments} made no call"
    for line in file.read_text(encoding="utf-8").splitlines():
        call = json.loads(line)
        yield from permissions(call["service"], call["operation"], call["parameters"])


def _refused(policy: list[dict[str, Any]], calls: set[Call]) -> list[str]:
    return sorted(f"{call.action} on {call.resource}" for call in calls if not allows(policy, call))


TOGETHER = {"operator": ["operator", "caller", "serving"]}
"""Policies that are attached together with others, and need not repeat their statements."""


def _granted(policy: str) -> list[dict[str, Any]]:
    return [statement for name in TOGETHER.get(policy, [policy]) for statement in load(name)]


def test_every_call_that_is_needed_is_allowed(needed: dict[str, set[Call]]) -> None:
    for policy, calls in needed.items():
        assert _refused(_granted(policy), calls) == [], policy


def test_no_statement_could_be_left_out(needed: dict[str, set[Call]]) -> None:
    """A mutation test: without any one statement, some call that is needed is refused."""
    too_many = [
        f"{policy}: {statement['Sid']}"
        for policy, calls in needed.items()
        for statement in load(policy)
        if not _refused([other for other in _granted(policy) if other != statement], calls)
    ]
    assert too_many == []


def test_no_action_could_be_left_out(needed: dict[str, set[Call]]) -> None:
    """No action is granted that no call needs."""
    granted = {(policy, action) for policy in needed for statement in load(policy) for action in statement["Action"]}
    needed_actions = {(policy, call.action) for policy, calls in needed.items() for call in calls}
    assert sorted(granted - needed_actions) == []


def test_no_secret_is_in_files_or_output(recorded: Recorded, folder: Path) -> None:
    """Definitions, tags, records, objects, logs, results, the recorded calls, and every word on the screen."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"records.sqlite", "output.txt", "evaluation.json", "report.html"} <= {path.name for path in files}
    found = [
        f"{path}: {name}"
        for path in files
        for content in (path.read_bytes(),)
        for name, secret in recorded.secrets.items()
        if secret.encode() in content
    ]
    assert found == []


def test_the_commands_made_their_last_calls(needed: dict[str, set[Call]]) -> None:
    """A command that ended early would make few calls, and the policies would look sufficient."""
    actions = {call.action for call in needed["caller"]}
    assert {"sagemaker:UpdatePipeline", "sagemaker:DescribeTransformJob", "logs:GetLogEvents"} <= actions
    assert Call("s3:GetObject", f"arn:aws:s3:::jumpstart-cache-prod-{REGION}/models_manifest.json") in needed["caller"]
