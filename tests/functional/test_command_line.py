"""The command without a run: help, dry run, what it would do, wrong usage."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import Run

VERBS = ("run", "executions", "doctor", "teardown")
SDK = ("sagemaker", "boto3", "pandas", "awswrangler", "moto", "rich")


@pytest.mark.parametrize("verb", VERBS)
def test_help_pays_for_no_library(verb: str) -> None:
    """Import time is a promise: whatever help does not need is not imported."""
    code = (
        f"import runpy, sys; sys.argv[1:] = ['{verb}', '--help']\n"
        "try: runpy.run_module('pipelines', run_name='__main__')\nexcept SystemExit: print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert f"usage: python -m pipelines{'.' if verb == 'run' else ' '}{verb}" in done.stdout
    assert not set(SDK) & set(done.stdout.split())


@pytest.mark.xdist_group("definitions")
def test_a_dry_run_prints_the_definition_and_nothing_else(run: Run) -> None:
    dry = run("--dry-run", "--task", "classification", "--algorithms", "xgboost", "--target", "aws")
    assert dry.code == 0
    definition = json.loads(dry.stdout)
    assert [step["Name"] for step in definition["Steps"]] == [
        "Preprocess",
        "TrainXGBoostClassification",
        "EvaluateClassification",
        "ClassificationQualityGate",
    ]
    assert list(dry.folder.iterdir()) == []


@pytest.mark.xdist_group("definitions")
def test_a_dry_run_names_the_pinned_models_that_nobody_confirms(run: Run) -> None:
    dry = run("--dry-run")
    assert "No public source confirms the pinned addresses of catboost-regression-model" in dry.stderr
    json.loads(dry.stdout)


@pytest.mark.xdist_group("definitions")
def test_a_dry_run_opens_no_connection(tmp_path: Path, cache: Path) -> None:
    """Every socket but the loopback's is refused in the process and in those it starts."""
    (tmp_path / "sitecustomize.py").write_text(
        "import socket\n"
        "def refuse(*args, **kwargs): raise OSError('the test allows no connection')\n"
        "socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse\n"
    )
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.run", "--dry-run"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["Version"] == "2020-12-01"


@pytest.mark.xdist_group("definitions")
def test_a_machine_that_only_talks_to_aws_needs_no_boosting_library_and_no_moto(run: Run, tmp_path: Path) -> None:
    extra = ("moto", "xgboost", "lightgbm", "catboost", "optuna", "flask")
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.split('.')[0] in {extra}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Missing())\n"
    )
    dry = run("--dry-run", "--algorithms", "lightgbm", "--cache-days", "7", PYTHONPATH=str(tmp_path))
    assert dry.code == 0, dry.stderr
    local = run("--upsert", "--target", "local", PYTHONPATH=str(tmp_path))
    assert local.code == 3
    assert "needs a package that is not installed (moto)" in local.stderr
    assert "pip install 'seoul-bike-pipelines[local]'" in local.stderr


def test_without_upsert_or_start_it_says_what_it_would_do(run: Run) -> None:
    said = run("--task", "regression", "--split", "hours")
    assert said.code == 0
    assert "Target: local, because no execution role is given" in said.stderr
    assert "regression with xgboost, lightgbm, catboost, split by hours, on this machine" in said.stdout
    assert "Nothing was done." in said.stdout
    assert list(said.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--algorithms", "prophet"], "--algorithms is 'prophet', but it must name some of"),
        (["--split", "weeks"], "invalid choice: 'weeks'"),
        (["--parameter", "InputDataUri"], "is not a parameter of the form NAME=VALUE"),
        (["--upsert", "--start", "--execution-name", "a name"], "--execution-name is 'a name', but it must have"),
        (["--upsert", "--start", "--data", "nowhere.csv"], "There is no data file at nowhere.csv."),
        (
            ["--upsert", "--start", "--batch-format", "recordio"],
            "LightGBM and CatBoost cannot read recordio (application/x-recordio-protobuf), which xgboost does",
        ),
        (["--start"], "There is no pipeline named SeoulBikeDemand. Create it with --upsert."),
    ],
)
def test_wrong_usage_gets_one_sentence_and_exit_code_2(run: Run, arguments: list[str], sentence: str) -> None:
    refused = run(*arguments)
    assert refused.code == 2
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


def test_on_aws_without_credentials_the_exit_code_is_3(run: Run, tmp_path: Path) -> None:
    refused = run(
        "--upsert",
        "--role-arn",
        "arn:aws:iam::123456789012:role/x",
        HOME=str(tmp_path),
        AWS_EC2_METADATA_DISABLED="true",
        AWS_REGION="us-east-1",
    )
    assert refused.code == 3
    assert "Target: aws, because an execution role is given." in refused.stderr
    assert "AWS does not accept any credentials of this machine" in refused.stderr
    assert "--target local" in refused.stderr


def test_on_aws_without_a_region_the_exit_code_is_3(run: Run, tmp_path: Path) -> None:
    refused = run("--upsert", "--target", "aws", HOME=str(tmp_path))
    assert refused.code == 3
    assert "No AWS region is set. Give one with --region or AWS_REGION." in refused.stderr
