"""Information from the account is unknown, with a reason, if SageMaker cannot be reached."""

import json
import socket

import pytest

from evaluation import account
from evaluation.schema import Schema, Task
from evaluation.tuning.history import best_jobs, read_tuning
from evaluation.tuning.training import TrainingJob, describe_jobs, training_times
from evaluation.tuning.untuned import compare_with_untuned


@pytest.fixture
def nobody(monkeypatch):
    """A region, credentials, and an address at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setattr(account, "_ATTEMPTS", 1)
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)


def test_unknown_history_has_a_reason(nobody):
    history = read_tuning({"xgboost": "job-1"})["xgboost"]
    assert history["job"] == "job-1"
    assert history["unknown"].startswith("Could not connect to the endpoint URL")
    assert best_jobs({"xgboost": history}) == {}


def test_training_job_without_its_phases(nobody):
    jobs = {"xgboost": TrainingJob("job-1", 3.0)}
    assert training_times(jobs, describe_jobs(jobs)) == {"xgboost": {"training_job_seconds": 3.0}}


def test_job_without_region(monkeypatch):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    assert "has no region" in read_tuning({"xgboost": "job-1"})["xgboost"]["unknown"]


def test_unknown_untuned_version(nobody, tmp_path):
    content = {"dataset": {"sha256": "0"}}
    (tmp_path / "schema.json").write_text(json.dumps(content))
    schema = Schema(content, "1", tmp_path / "schema.json")
    answer = compare_with_untuned(Task("a", "regression", "rmse"), "group", schema, None, {}, 1)
    assert answer.keys() == {"unknown"}
