"""``boostpipe export`` into the stores of MLflow, and ``run --mlflow``."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.functional.conftest import Finished, Run

LOOK = """
import json, sys
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1], sys.argv[1])
experiment = client.get_experiment_by_name("SeoulBikeDemand").experiment_id
runs = [{"id": run.info.run_id, "name": run.info.run_name, "status": run.info.status, "tags": run.data.tags,
         "parameters": run.data.params, "metrics": run.data.metrics,
         "curve": len(client.get_metric_history(run.info.run_id, "curve/validation")),
         "files": [file.path for folder in ("", "classification")
                   for file in client.list_artifacts(run.info.run_id, folder or None)]}
        for run in client.search_runs([experiment])]
name = "SeoulBikeDemand-classification"
versions = [{"run": version.run_id, "tags": version.tags}
            for version in client.search_model_versions(f"name = '{name}'")]
champion = client.get_model_version_by_alias(name, "champion").run_id
print(json.dumps({"runs": runs, "versions": versions, "champion": champion}))
"""


def content(uri: str, folder: Path) -> dict[str, Any]:
    """What a client of the store sees, from a process of its own: importing MLflow warns."""
    command = [sys.executable, "-c", LOOK, uri]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def serving_mlflow(folder: Path) -> Iterator[str]:
    """Serve MLflow from a process of its own, with a database and its artifacts in a folder."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    uri = f"http://127.0.0.1:{port}"
    where = ["--backend-store-uri", f"sqlite:///{folder}/m.db", "--artifacts-destination", f"{folder}/artifacts"]
    command = [sys.executable, "-m", "mlflow", "server", "--port", str(port), "--workers", "1", *where]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log, cwd=folder) as process:
        try:
            while process.poll() is None and not answers(uri):
                time.sleep(0.5)
            assert process.poll() is None, (folder / "log").read_text()
            yield uri
        finally:
            process.terminate()


def answers(uri: str) -> bool:
    try:
        return urlopen(f"{uri}/health", timeout=5).status == HTTPStatus.OK
    except OSError:
        return False


def check_exports(finished: Finished, uri: str) -> None:
    """Export twice, with an approval in between, and compare with the executions."""
    first = finished.command("export", "--mlflow", uri, "--json")
    assert first.code == 0, first.stderr
    assert [arn.rsplit("/", 1)[-1] for arn in first.json["exported"]] == [finished.succeeded, finished.failed]
    assert (first.json["known"], first.json["running"], first.json["candidates"]) == ([], [], 2)
    sagemaker = finished.client("sagemaker")
    (package,) = sagemaker.list_model_packages(ModelPackageGroupName="SeoulBikeDemand-classification")[
        "ModelPackageSummaryList"
    ]
    arn = package["ModelPackageArn"]
    sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    again = finished.command("export", "--mlflow", uri)
    sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="PendingManualApproval")
    assert again.stdout.endswith(f"of {uri}; 2 were there already.\n")

    found = content(uri, finished.folder)
    by_name = {(run["name"], run["tags"]["boostpipe.execution"][-12:]): run for run in found["runs"]}
    assert len(found["runs"]) == 4
    parent = by_name["good", finished.succeeded]
    child = by_name["classification lightgbm", finished.succeeded]
    below = by_name["too-strict", finished.failed]
    assert (parent["status"], below["status"], child["status"]) == ("FINISHED", "FAILED", "FINISHED")
    assert below["tags"]["cause"].startswith("ClassificationBelowQualityGate: The classification model chosen on")
    assert parent["parameters"]["ClassificationMinAuc"] == "0.9"
    assert "classification/report.html" in parent["files"]
    assert child["tags"]["mlflow.parentRunId"] == parent["id"]
    assert child["tags"]["chosen"] == "yes"
    assert child["parameters"]["num_leaves"].isdigit()
    assert child["metrics"]["test/auc"] == parent["metrics"]["classification/auc"]
    assert child["curve"] > 10
    assert child["files"] == ["predictions-lightgbm.csv"]
    (version,) = found["versions"]
    assert version["run"] == found["champion"] == child["id"]
    assert (version["tags"]["arn"], version["tags"]["status"]) == (arn, "Approved")


def test_executions_candidates_and_versions_are_exported_once(finished: Finished, tmp_path: Path) -> None:
    check_exports(finished, f"sqlite:///{tmp_path}/mlflow.db")


@pytest.mark.slow
def test_a_tracking_server_gets_the_same(finished: Finished, tmp_path: Path) -> None:
    with serving_mlflow(tmp_path) as uri:
        check_exports(finished, uri)


@pytest.mark.slow
def test_a_run_exports_at_its_end(finished: Finished, tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    small = ("--upsert", "--start", "--task", "classification", "--algorithms", "lightgbm", "--pipeline-name", "Kept")
    ran = finished.command("run", *small, "--data", str(finished.data), "--mlflow", uri)
    assert ran.code == 0, ran.stderr
    assert (
        f"Exported 1 executions with 1 candidates to the experiment Kept of {uri}; 0 were there already." in ran.stderr
    )


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--upsert", "--mlflow", "sqlite:///x.db"], 2, "add --start and --wait, or run boostpipe export later."),
        (["--start", "--mlflow", "nowhere"], 2, "--mlflow is 'nowhere', but it must be an address such as http://"),
        (["--start", "--mlflow", "http://127.0.0.1:1"], 3, "tracking server http://127.0.0.1:1 cannot be used: "),
    ],
)
def test_an_export_that_cannot_be_made_is_refused_first(
    run: Run, arguments: list[str], code: int, sentence: str
) -> None:
    refused = run(*arguments)
    assert refused.code == code
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (refused.folder / ".sagemaker-local").exists()
