"""The command without a run: help, dry run, what it would do, wrong usage."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.__main__ import COMMANDS, load
from pipelines.cli.common.command import Command
from tests.functional.conftest import Run, environment
from tests.support import warm

ROOT = Path(__file__).parents[2]
SDK = ("sagemaker", "boto3", "pandas", "numpy", "yaml", "awswrangler", "moto", "rich", "matplotlib")


def test_the_overview_lists_every_command_with_a_phrase() -> None:
    done = subprocess.run([sys.executable, "-m", "pipelines"], capture_output=True, text=True, check=True)
    lines = [line.split(maxsplit=1) for line in done.stdout.splitlines() if line.startswith("  ")]
    assert dict(lines) == {name: load(name).summary for name in COMMANDS}


def paths(command: Command, path: str) -> Iterator[str]:
    yield path
    for child in command.commands:
        yield from paths(child, f"{path} {child.name}")


def test_help_imports_no_library() -> None:
    """Import time is a promise: help does not wait for what it does not need."""
    every = [path for name in COMMANDS for path in paths(load(name), name)]
    code = (
        "import sys, pipelines.__main__\n"
        f"for path in {every}:\n"
        "    try: pipelines.__main__.main([*path.split(), '--help'])\n"
        "    except SystemExit: pass\n"
        "print('imported:', *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for path in every:
        assert f"usage: boostpipe {path} " in done.stdout
    assert not set(SDK) & set(done.stdout.rpartition("imported:")[2].split())


def test_a_command_loads_our_modules_and_pythons_only() -> None:
    """What else a command needs, it loads where it needs it, such as the client that it calls."""
    code = (
        "import sys; from pipelines.__main__ import COMMANDS, load; before = set(sys.modules)\n"
        "for name in COMMANDS: load(name)\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules.keys() - before} - sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {*done.stdout.split()} <= {"html_page", "local_sagemaker", "pipelines", "processing_scripts"}


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [
        (["exections"], "there is no command exections. Did you mean executions?"),
        (["run", "--upsrt"], "there is no option --upsrt. Did you mean --upsert?"),
        (["executions", "lst"], "invalid choice: 'lst'. Did you mean list?"),
        (["endpoint", "delete", "--expird"], "there is no option --expird. Did you mean --expired?"),
    ],
)
def test_mistyped_words_get_a_suggestion_and_short_usage(arguments: list[str], suggestion: str) -> None:
    done = subprocess.run([warm.python(), "-m", "pipelines", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    first, usage, rest = done.stderr.splitlines()
    assert suggestion in first
    assert usage.startswith("usage: boostpipe ")
    assert len(usage) < 80
    assert rest.endswith("--help")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["run", "--split", "weeks"], 2),
        (["run", "--algorithms", "prophet"], 2),
        (["exections"], 2),
        (["run", "--target", "aws", "--upsert"], 3),
        (["run"], 0),
        (["run", "--dry-run", "--task", "regression", "--algorithms", "xgboost"], 0),
        (["endpoint", "describe", "--target", "local"], 2),
    ],
)
def test_with_json_stdout_is_one_object_whatever_happens(
    tmp_path: Path, cache: Path, arguments: list[str], code: int
) -> None:
    module = ("pipelines.run", *arguments[1:]) if arguments[0] == "run" else ("pipelines", *arguments)
    done = subprocess.run(
        [warm.python(), "-m", *module, "--json"],
        cwd=tmp_path,
        env=environment(cache, HOME=str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    printed = json.loads(done.stdout)
    assert ("error" in printed) == bool(code)
    if code:
        assert printed["error"]["exit_code"] == code
        assert printed["error"]["message"] in done.stderr


@pytest.mark.skipif(not Path("/usr/bin/python3").exists(), reason="there is no system Python")
def test_python_without_packages_gets_one_sentence_with_the_command(tmp_path: Path) -> None:
    command = ["/usr/bin/python3", "-S", "-m", "pipelines", "run", "--upsert", "--target", "local"]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    (sentence,) = [line for line in done.stderr.splitlines() if "has no package" in line]
    assert f"make -C {ROOT} install" in sentence


def test_commands_of_the_tests_are_as_in_a_new_interpreter(tmp_path: Path) -> None:
    """Most tests start commands in processes that have imported the packages; see `tests.support.warm`."""
    new, warmed = (
        subprocess.run(
            [python, "-m", "pipelines", "endpoint", "deploy", "--ttl", "-1"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        for python in (sys.executable, warm.python())
    )
    assert (warmed.returncode, warmed.stdout, warmed.stderr) == (new.returncode, new.stdout, new.stderr)
    assert new.returncode == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_the_shell(shell: str) -> None:
    command = [sys.executable, "-m", "pipelines", "completion", shell]
    assert "boostpipe" in subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("line", "completions"), [("boostpipe exec", ["executions"]), ("boostpipe run --split ", ["days", "hours", "time"])]
)
def test_commands_options_and_choices_are_completed(tmp_path: Path, line: str, completions: list[str]) -> None:
    out = tmp_path / "completions"
    variables = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(out),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "COMP_TYPE": "9",
    }
    subprocess.run([sys.executable, "-m", "pipelines"], env={**os.environ, **variables}, check=True)
    assert [each.strip() for each in out.read_text().splitlines()] == completions


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


def test_a_dry_run_names_the_pinned_models_that_nobody_confirms(run: Run) -> None:
    dry = run("--dry-run")
    assert "No public source confirms the pinned addresses of catboost-regression-model" in dry.stderr
    json.loads(dry.stdout)


def test_a_dry_run_needs_no_connection_and_no_local_package(tmp_path: Path) -> None:
    """Every socket but the loopback's is refused in the process and in those it starts."""
    extra = ("moto", "xgboost", "lightgbm", "catboost", "optuna", "flask")
    (tmp_path / "sitecustomize.py").write_text(
        "import socket, sys\n"
        "def refuse(*args, **kwargs): raise OSError('the test allows no connection')\n"
        "socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.split('.')[0] in {extra}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Missing())\n"
    )
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    dry, local = (
        subprocess.run(
            [sys.executable, "-m", "pipelines.run", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        for arguments in (["--dry-run"], ["--upsert", "--target", "local"])
    )
    assert dry.returncode == 0, dry.stderr
    assert json.loads(dry.stdout)["Version"] == "2020-12-01"
    assert local.returncode == 3
    assert "has no package moto. Install what is missing with: " in local.stderr


def test_without_upsert_or_start_it_says_what_it_would_do(run: Run) -> None:
    ran = run("--task", "regression", "--split", "hours")
    assert ran.code == 0
    assert "Target: local, because no execution role is given" in ran.stderr
    assert "regression with xgboost, lightgbm, catboost, split by hours, locally" in ran.stdout
    assert "Nothing was done." in ran.stdout
    assert list(ran.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--algorithms", "prophet"], "--algorithms is 'prophet', but it must name some of"),
        (["--split", "weeks"], "--option split is 'weeks', but seoul_bike.toml has days, hours, time"),
        (["--parameter", "InputDataUri"], "is not a parameter of the form NAME=VALUE"),
        (["--upsert", "--start", "--execution-name", "a name"], "--execution-name is 'a name', but it must have"),
        (["--upsert", "--start", "--data", "nowhere.csv"], "There is no data file at nowhere.csv."),
        (
            ["--upsert", "--start", "--batch-format", "recordio"],
            "LightGBM and CatBoost cannot read recordio (application/x-recordio-protobuf), which xgboost does",
        ),
        (
            ["--algorithms", "xgboost,catboost", "--training-instance-count", "2", "--dry-run"],
            "--training-instance-count 2 works with xgboost only; leave out catboost with --algorithms xgboost.",
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
