"""Least privilege: the calls that are really made are allowed, dangerous ones are not, and no statement is too many."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
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
from tests.support.definitions import build
from tests.support.iam import permissions
from tests.support.implied import (
    by_codebuild,
    by_definition,
    by_events,
    by_interruption,
    by_scaling,
    by_stopping,
    by_the_starter,
    by_vpc,
)
from tests.support.policies import BUCKET, EXECUTION_ROLE, PIPELINE, REGION, STARTER_ROLE, Call, allows, load

pytestmark = pytest.mark.xdist_group("run")

ROOT = Path(__file__).parents[2]
RECORDER = ROOT / "tests" / "support" / "recorder"


@dataclass(frozen=True)
class Said:
    """A command of `pipelines`, with the policy that must allow all of its calls; a new verb is one more line."""

    policy: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    code: int | None = 0


SHORT = ["--task", "regression", "--algorithms", "xgboost,lightgbm", "--features", "now"]
NO_DATA = f"InputDataUri=s3://{BUCKET}/{PIPELINE}/data/none.csv"
INSTANCES = ["--min-instances", "1", "--max-instances", "2"]
COMMANDS = [
    Said("caller", ["run", "--upsert", "--start", "--wait", "--tag", "commit=0123abc", *SHORT]),
    Said("caller", ["run", "--start", "--wait", *SHORT]),  # from the cache
    Said("serving", ["endpoint", "deploy", "--approve", *INSTANCES]),
    Said("serving", ["endpoint", "list"]),
    Said("serving", ["endpoint", "describe"]),
    Said("serving", ["endpoint", "invoke", "--file", "rows.csv"]),
    Said("serving", ["endpoint", "logs"]),
    Said("serving", ["endpoint", "scale", "--min-instances", "2", "--max-instances", "2"]),
    Said("serving", ["endpoint", "scale", "--off"]),
    Said("caller", ["run", "--upsert", "--start", "--no-wait", "--tag", "commit=4567def", "--seed", "7", *SHORT]),
    Said("caller", ["executions", "wait"]),
    Said("serving", ["endpoint", "update", "--approve"]),
    Said("serving", ["batch", "run", "--input", "rows.csv", "--output", "batch"]),
    Said("serving", ["compare", "--rows", "20", "--output", "compared"]),
    Said("serving", ["endpoint", "delete", "--expired", "--yes"]),
    Said("serving", ["endpoint", "delete", "--yes"]),
    Said("caller", ["executions", "list"]),
    Said("caller", ["executions", "describe"]),
    Said("caller", ["executions", "steps"]),
    Said("caller", ["executions", "logs", "Preprocess"]),
    Said("caller", ["executions", "compare", "latest", "latest"]),
    Said("caller", ["run", "--estimate", *SHORT]),
    Said("operator", ["doctor"], code=None),  # what it finds wrong with the local service is for its own tests
    Said("operator", ["run", "--schedule", "rate(7 days)", "--schedule-role-arn", STARTER_ROLE]),
    Said("operator", ["run", "--schedule", "rate(8 days)", "--schedule-role-arn", STARTER_ROLE]),
    Said("operator", ["run", "--schedule", "off"]),
    Said("caller", ["run", "--start", "--wait", "--parameter", NO_DATA], code=1),
    Said("caller", ["executions", "retry", "--no-wait"]),
    Said("caller", ["executions", "stop"], code=None),  # the execution may have ended already
    Said("caller", ["run", "--start"], {"SAGEMAKER_PIPELINE_ROLE_ARN": ""}, code=3),  # looks whether a stack has one
    Said("operator", ["teardown", "--yes"]),
]


SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIDNOBODYSOWN000001",
    "AWS_SECRET_ACCESS_KEY": "c2VjcmV0LWFjY2Vzcy1rZXktb2Ytbm9ib2R5",
    "AWS_SESSION_TOKEN": "dG9rZW4tb2Ytbm9ib2R5",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the verbs work: the service's state, their results, and all that they say."""
    return tmp_path_factory.mktemp("policies")


@pytest.fixture(scope="module")
def needed(folder: Path, cache: Path) -> dict[str, set[Call]]:
    """Map each policy to the calls that it must allow: recorded ones of the verbs, and implied ones of the services."""
    needed = _recorded(folder, cache)
    tasks = [{"task": "all"}, {"task": "all", "tune": True, "deploy": True}]
    needed["execution-role"] |= {call for text in build(tasks, folder) for call in by_definition(text)}
    needed["build"] |= by_codebuild()
    needed["caller"] |= by_stopping()
    needed["serving"] |= by_scaling() | by_interruption()
    needed["events"] |= by_events()
    needed["vpc"] |= by_vpc()
    needed["start-pipeline"] |= by_the_starter()
    return needed


def _recorded(folder: Path, cache: Path) -> dict[str, set[Call]]:
    """Say every command to the local service in AWS's place."""
    data = folder / "hours.csv"
    rows = pd.read_csv(io.BytesIO(generate_sample()), encoding="cp1252").drop(columns=MARK)
    rows["Date"] = pd.to_datetime(rows["Date"], format="%d/%m/%Y").dt.strftime("%Y-%m-%d")
    rows.to_csv(data, index=False)
    rows.head(24).drop(columns=rows.columns[1]).to_csv(folder / "rows.csv", index=False)
    calls: dict[str, set[Call]] = defaultdict(set)
    with open_service(folder / "state") as service:
        s3 = boto3.client("s3", **_local(service))
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key=f"{PIPELINE}/data/none.csv", Body=b"nothing")
        variables = environment(
            cache,
            **{**service.environment, **SECRETS},
            PYTHONPATH=f"{RECORDER}{os.pathsep}{ROOT}",
            SAGEMAKER_PIPELINE_ROLE_ARN=EXECUTION_ROLE,
            SEOUL_BIKE_DATA=str(data),
        )
        for said in COMMANDS:
            calls[said.policy].update(_calls_of(said, folder, {**variables, **said.environment}))
    return calls


def _calls_of(said: Said, folder: Path, variables: dict[str, str]) -> Iterator[Call]:
    verb, *options = said.command
    file = folder / "calls.jsonl"
    file.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "pipelines", verb, *options, "--target", "aws", "--bucket", BUCKET],
        cwd=folder,
        env={**variables, "RECORDED_CALLS": str(file)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
    with (folder / "said.txt").open("a", encoding="utf-8") as words:
        words.write(f"{said.command}\n{done.stdout}\n{done.stderr}\n")
    assert said.code in (None, done.returncode), f"{said.command}\n{done.stderr}"
    assert file.is_file(), f"{said.command} made no call"
    for line in file.read_text(encoding="utf-8").splitlines():
        call = json.loads(line)
        yield from permissions(call["service"], call["operation"], call["parameters"])


def _local(service: Any) -> dict[str, str]:
    return {
        "endpoint_url": service.endpoint_url,
        "region_name": REGION,
        "aws_access_key_id": "local",
        "aws_secret_access_key": "local",
    }


def _refused(policy: list[dict[str, Any]], calls: set[Call]) -> list[str]:
    return sorted(f"{call.action} on {call.resource}" for call in calls if not allows(policy, call))


TOGETHER = {"operator": ["operator", "caller", "serving"]}
"""Policies that are given beside others, and need not say again what those do."""


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


def test_no_action_could_be_left_out_of_what_is_written(needed: dict[str, set[Call]]) -> None:
    """The same for each action: what nobody asks for is not granted."""
    granted = {(policy, action) for policy in needed for statement in load(policy) for action in statement["Action"]}
    asked = {(policy, call.action) for policy, calls in needed.items() for call in calls}
    assert sorted(granted - asked) == []


def test_no_secret_is_in_anything_that_the_verbs_left_or_said(needed: dict[str, set[Call]], folder: Path) -> None:
    """Definitions, tags, records, objects, logs, results, the recorded calls, and every word on the screen."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"records.sqlite", "said.txt", "evaluation.json", "report.html"} <= {path.name for path in files}
    found = [
        f"{path}: {name}"
        for path in files
        for content in (path.read_bytes(),)
        for name, secret in SECRETS.items()
        if secret.encode() in content
    ]
    assert found == []


def test_the_verbs_that_were_said_went_as_far_as_they_should(needed: dict[str, set[Call]]) -> None:
    """Commands that broke off early would have made few calls, and few calls are allowed easily."""
    actions = {call.action for call in needed["caller"]}
    assert {"sagemaker:UpdatePipeline", "sagemaker:DescribeTransformJob", "logs:GetLogEvents"} <= actions
    assert Call("s3:GetObject", f"arn:aws:s3:::jumpstart-cache-prod-{REGION}/models_manifest.json") in needed["caller"]
