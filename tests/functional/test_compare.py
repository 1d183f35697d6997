"""The same rows in real time and as a batch, as a person would compare them."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pipelines.models.registry import describe_model
from pipelines.serving.comparison.endpoint import endpoint
from pipelines.target.connection import Connection
from tests.functional.conftest import Finished, environment

TASK = ("--task", "classification")
ROLE = "arn:aws:iam::123456789012:role/x"
BUCKET = "sagemaker-us-east-1-123456789012"


def left_behind(finished: Finished) -> list[Any]:
    """Whatever of a comparison is still there."""
    sagemaker, s3 = finished.client("sagemaker"), finished.client("s3")
    named = {"NameContains": "-compare-"}
    return [
        *sagemaker.list_endpoints(**named)["Endpoints"],
        *sagemaker.list_endpoint_configs(**named)["EndpointConfigs"],
        *sagemaker.list_models(**named)["Models"],
        *s3.list_objects_v2(Bucket=BUCKET, Prefix="SeoulBikeDemand/batch/").get("Contents", []),
    ]


def test_both_ways_are_measured_and_their_predictions_are_the_same(finished: Finished, data: Path) -> None:
    arguments = (*TASK, "--rows", "30", "--rows-per-request", "10", "--data", str(data), "--output", "compared")
    ran = finished.command("compare", *arguments, "--json")
    assert ran.code == 0, ran.stderr
    report = ran.json
    assert [(load["rows_per_request"], load["at_once"]) for load in report["endpoint"]] == [
        (rows, at_once) for rows in (1, 10) for at_once in (1, 4, 16)
    ]
    for load in report["endpoint"]:
        assert 0 < load["p50"] <= load["p95"] <= load["p99"]
        assert load["requests"] >= 100
        assert load["rows_per_second"] > 0
    assert report["transform_job"]["rows"] >= 50_000
    assert report["transform_job"]["seconds"] >= report["transform_job"]["start_seconds"] > 0
    assert report["largest_difference"] <= 1e-6
    assert set(report["costs_a_day"]["rows"]) == {"1", "1000", "1000000"}
    assert (finished.folder / report["picture"]).read_bytes().startswith(b"\x89PNG")
    table = (finished.folder / report["table"]).read_text(encoding="utf-8")
    assert "| transform job | " in table
    assert "Where the lines cross:" in table
    assert left_behind(finished) == []


def test_ctrl_c_leaves_no_endpoint_behind(finished: Finished, data: Path, cache: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines", "compare", *TASK, "--rows", "20000", "--data", str(data)],
        cwd=finished.folder,
        env=environment(cache),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    sagemaker, deadline = finished.client("sagemaker"), time.monotonic() + 300
    while not sagemaker.list_endpoints(StatusEquals="InService", NameContains="-compare-")["Endpoints"]:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    output, log = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Interrupted." in log
    assert "deleted" in log
    assert "Traceback" not in log
    assert output == ""
    assert left_behind(finished) == []


@pytest.mark.parametrize("operation", ["CreateModel", "CreateEndpointConfig", "CreateEndpoint"])
def test_an_interruption_right_after_something_was_made_leaves_nothing(finished: Finished, operation: str) -> None:
    def interrupt(**_: Any) -> None:
        raise KeyboardInterrupt

    def client(name: str) -> Any:
        made = finished.client(name)
        made.meta.events.register(f"after-call.sagemaker.{operation}", interrupt)
        return made

    connection = Connection(name="local", region="us-east-1", bucket=BUCKET, client=client, find_role=lambda: ROLE)
    package = finished.client("sagemaker").list_model_packages(ModelPackageGroupName="SeoulBikeDemand-classification")
    model = describe_model(finished.client("sagemaker"), package["ModelPackageSummaryList"][0]["ModelPackageArn"])
    with (
        pytest.raises(KeyboardInterrupt),
        endpoint(connection, f"interrupted-compare-{operation}", model, "ml.m5.large"),
    ):
        pytest.fail("it was not interrupted")
    assert left_behind(finished) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--rows", "0"], "argument --rows: '0' is not a whole number from 1 to 100000."),
        (["--rows-per-request", "5000"], "argument --rows-per-request: '5000' is not a whole number from 1 to 1000."),
        (["--hosting-instance-type", "ml.x9.huge"], "The price of ml.x9.huge is not in the list"),
        (["--task", "regression"], "There is no model package group SeoulBikeDemand-regression"),
        (["--data", "nowhere.csv"], "There is no data file at nowhere.csv."),
        (["--output", sys.executable], f"--output is {sys.executable}, where nothing can be written ("),
    ],
)
def test_what_cannot_be_compared_gets_one_sentence_and_makes_nothing(
    finished: Finished, arguments: list[str], sentence: str
) -> None:
    refused = finished.command("compare", *TASK, *arguments)
    assert refused.code == 2
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""
    assert left_behind(finished) == []
