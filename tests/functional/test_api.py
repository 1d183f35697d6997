"""The Python surface and JupyterLab, as a notebook uses them: in a process of its own, beside a running service."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from tests.functional.conftest import Finished, environment

SETTINGS = 'task="classification", algorithms=("lightgbm",)'
ROLE = "arn:aws:iam::123456789012:role/service-role/SageMakerLocalExecutionRole"


def python(finished: Finished, code: str) -> Any:
    """Run code that fills ``answer``, and return it."""
    program = f"import json\nfrom pipelines.api import Workflow\nanswer = {{}}\n{textwrap.dedent(code)}\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{program}print(json.dumps(answer))"],
        cwd=finished.folder,
        env=environment(finished.cache, SEOUL_BIKE_DATA=str(finished.data)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_an_execution_gives_its_results_as_data_frames(finished):
    answer = python(
        finished,
        f"""
        with Workflow({SETTINGS}) as workflow:
            data = workflow.load_data()
            workflow.upsert()
            execution = workflow.start().wait()
            metrics, predictions = execution.metrics(), execution.predictions()
            answer["rows"] = len(data)
            answer["steps"] = sorted(set(execution.steps()["status"]))
            answer["auc"] = metrics.loc[("lightgbm", "test"), "auc"]
            answer["columns"] = [*predictions.columns]
            answer["versions"] = [*workflow.models()["task"].unique()]
            answer["pictures"] = [*execution.pictures()]
        """,
    )
    assert answer["rows"] > 8000
    assert answer["steps"] == ["Succeeded"]
    assert answer["auc"] > 0.9
    assert answer["columns"] == ["datetime", "actual", "probability", "predicted"]
    assert answer["versions"] == ["classification"]
    assert "confusion-matrix" in answer["pictures"]


def test_an_endpoint_is_deleted_when_its_block_fails(finished):
    answer = python(
        finished,
        f"""
        with Workflow({SETTINGS}) as workflow:
            hours = workflow.load_data().tail(200)
            try:
                with workflow.endpoint(approve=True) as endpoint:
                    answer["predicted"] = len(endpoint.predict(hours))
                    answer["name"] = endpoint.endpoint.name
                    raise RuntimeError("the block fails")
            except RuntimeError:
                answer["batch"] = len(workflow.batch(hours))
        """,
    )
    assert 0 < answer["predicted"] == answer["batch"]
    names = [each["EndpointName"] for each in finished.client("sagemaker").list_endpoints()["Endpoints"]]
    assert answer["name"] not in names


def test_the_sdk_finds_the_local_role_and_bucket(finished):
    answer = python(
        finished,
        f"""
        with Workflow({SETTINGS}):
            from sagemaker.core.helper.session_helper import Session, get_execution_role

            answer["role"] = get_execution_role()
            answer["bucket"] = Session().default_bucket()
            answer["account"] = Session().account_id()
        """,
    )
    assert answer == {"role": ROLE, "bucket": "sagemaker-us-east-1-123456789012", "account": "123456789012"}


def test_lab_starts_jupyterlab_with_the_services_variables(finished, tmp_path):
    stand_in = tmp_path / "jupyterlab" / "__main__.py"
    stand_in.parent.mkdir()
    (stand_in.parent / "__init__.py").touch()
    names = ["AWS_ENDPOINT_URL", "SAGEMAKER_TARGET", "SAGEMAKER_LOCAL_STATE_DIR"]
    stand_in.write_text(
        "import os, sys, pathlib\n"
        f"words = [*sys.argv[1:], *(os.environ[name] for name in {names})]\n"
        "pathlib.Path('lab.txt').write_text('\\n'.join(words))\n"
    )
    notebooks = finished.folder / "notebooks"
    notebooks.mkdir(exist_ok=True)
    ran = finished.command("lab", "--no-browser", PYTHONPATH=str(tmp_path))
    assert ran.code == 0, ran.stderr
    words = (finished.folder / "lab.txt").read_text().splitlines()
    state = Path(finished.folder / ".sagemaker-local").resolve()
    assert words == [
        f"--ServerApp.root_dir={notebooks.resolve()}",
        "--no-browser",
        finished.service.client_arguments["endpoint_url"],
        "local",
        str(state),
    ]


def test_lab_refuses_a_folder_that_is_missing(finished):
    ran = finished.command("lab", "nowhere")
    assert ran.code == 2
    assert "There is no folder nowhere" in ran.stderr
