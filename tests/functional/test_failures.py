"""Bad input, a failing look-up: one clear sentence, nothing registered, nothing half-written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from local_sagemaker import open_service
from local_sagemaker.api.service import Service
from local_sagemaker.lifetime import RunningService
from pipelines.data.sample import generate_sample
from tests.functional.conftest import run_command

ONE_CANDIDATE = ("--upsert", "--start", "--task", "regression", "--algorithms", "xgboost")
SAMPLE = generate_sample().decode("cp1252")
HEADER, *ROWS = SAMPLE.splitlines(keepends=True)


def spoiled(row: int, column: int, text: str) -> str:
    cells = ROWS[row].rstrip("\r\n").split(",")
    cells[column] = text
    return HEADER + "".join([*ROWS[:row], ",".join(cells) + "\r\n", *ROWS[row + 1 :]])


BAD_FILES = {
    "a missing column": (SAMPLE.replace("Rainfall(mm)", "Sunshine"), "Rainfall"),
    "a count that is no number": (spoiled(99, 1, "many"), "many"),
    "a negative count": (spoiled(99, 1, "-5"), "-5"),
    "an hour twice": (HEADER + "".join([*ROWS[:50], ROWS[49], *ROWS[50:]]), "2017-12-03"),
    "a truncated row": (SAMPLE[: len(SAMPLE) // 2 - 3], "row"),
    "an empty file": ("", "empty"),
    "a notebook": ('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "notebook"),
    "a header alone": (HEADER, "row"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("failures")


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Service | RunningService]:
    """One service for all of these commands, as when somebody has started ``local_sagemaker serve``."""
    with open_service(folder / ".sagemaker-local") as running:
        yield running


@pytest.fixture(scope="module")
def sagemaker(service: Service | RunningService) -> Any:
    return boto3.client("sagemaker", **service.client_arguments)


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("kind", BAD_FILES)
def test_bad_data_fails_the_first_step_with_one_sentence(folder: Path, cache: Path, kind: str) -> None:
    content, word = BAD_FILES[kind]
    (folder / "bad.csv").write_text(content, encoding="cp1252", newline="")
    ran = run_command(folder, cache, *ONE_CANDIDATE, "--json", "--data", "bad.csv")
    assert ran.code == 1, ran.stderr
    assert [step["name"] for step in ran.json["steps"]] == ["Preprocess"]
    (step,) = ran.json["steps"]
    assert step["status"] == "Failed"
    assert word in step["failure_reason"]
    assert step["failure_reason"] in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.json["tasks"] == {}


def test_after_all_of_that_nothing_is_registered(sagemaker: Any) -> None:
    assert sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"] == []
    assert sagemaker.list_models()["Models"] == []


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(
    ("parameter", "sentence"),
    [
        ("RegresionMaxRmse=1", "the pipeline has no parameter RegresionMaxRmse. Did you mean RegressionMaxRmse?"),
        ("RegressionMaxRmse=low", "--parameter RegressionMaxRmse=low: the value must be of type Float."),
        ("ModelApprovalStatus=Fine", "the value must be one of PendingManualApproval, Approved, Rejected."),
    ],
)
def test_a_wrong_parameter_is_refused_before_anything_is_sent(
    folder: Path, cache: Path, data: Path, parameter: str, sentence: str
) -> None:
    ran = run_command(folder, cache, *ONE_CANDIDATE, "--data", str(data), "--parameter", parameter)
    assert ran.code == 2
    assert sentence in ran.stderr


def test_failed_jumpstart_lookup_on_aws_upserts_nothing(
    folder: Path, cache: Path, service: Service | RunningService, sagemaker: Any
) -> None:
    """The service's JumpStart bucket is that of another region, as if AWS's could not be read."""
    before = sagemaker.list_pipelines()["PipelineSummaries"]
    aws = {**service.environment, "AWS_REGION": "eu-west-3", "AWS_DEFAULT_REGION": "eu-west-3"}
    ran = run_command(
        folder,
        cache,
        *(
            "--target",
            "aws",
            "--upsert",
            "--no-preflight",
            "--pipeline-name",
            "Elsewhere",
            "--role-arn",
            service.role_arn,
        ),
        *("--bucket", "sagemaker-us-east-1-123456789012"),
        **aws,
    )
    assert ran.code == 3, ran.stderr
    assert "The SageMaker SDK could not build the definition" in ran.stderr
    assert sagemaker.list_pipelines()["PipelineSummaries"] == before
