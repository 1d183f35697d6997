"""A new model against the newest approved version: the winter's model must not replace the year's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.functional.conftest import Ran, run_command
from tests.support.service import Server, serving

APPROVED = ("--parameter", "ModelApprovalStatus=Approved")
GROUP = "SeoulBikeDemand-regression"


@dataclass(frozen=True)
class Story:
    """A local service, and the executions of one pipeline in their order."""

    folder: Path
    cache: Path
    data: Path
    service: Server

    def run(self, *arguments: str, data: Path | None = None) -> Ran:
        small = ("--upsert", "--start", "--json", "--task", "regression", "--algorithms", "lightgbm")
        return run_command(self.folder, self.cache, *small, "--data", str(data or self.data), *arguments)

    def client(self, name: str) -> Any:
        return boto3.client(name, **self.service.client_arguments)

    @property
    def versions(self) -> list[int]:
        listed = self.client("sagemaker").list_model_packages(ModelPackageGroupName=GROUP)
        return sorted(each["ModelPackageVersion"] for each in listed["ModelPackageSummaryList"])


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, cache: Path, data: Path) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("champion")
    with serving(folder / ".sagemaker-local") as service:
        story = Story(folder, cache, data, service)
        first = story.run(*APPROVED)
        assert first.code == 0, first.stderr
        assert _champion(first)["status"] == "none"
        yield story


@pytest.fixture(scope="module")
def winter(story: Story) -> Path:
    """The hours of the winter, whose test part is easy."""
    header, *rows = story.data.read_text(encoding="latin-1").splitlines()
    file = story.folder / "winter.csv"
    file.write_text("\n".join([header, *(row for row in rows if "Winter" in row)]) + "\n", encoding="latin-1")
    return file


def _champion(ran: Ran) -> dict[str, Any]:
    champion: dict[str, Any] = ran.json["tasks"]["regression"]["champion"]
    return champion


def _cached(ran: Ran) -> set[str]:
    return {step["name"] for step in ran.json["steps"] if step["cache_hit"]}


def test_the_winters_model_does_not_replace_the_years(story: Story, winter: Path) -> None:
    ran = story.run(data=winter)
    champion = _champion(ran)
    assert ran.code == 1
    assert (champion["version"], champion["verdict"], champion["passes"]) == (1, "worse", "no")
    reference = next(part for part in champion["parts"] if part["name"] == "reference")
    times = 2 if "SEOUL_BIKE_DATA" in os.environ else 1.5  # the generated sample's seasons differ less
    assert reference["challenger"] > times * reference["champion"]
    assert reference["interval"][0] > 0
    assert reference["left_out"] > 0, "the champion's test rows include winter days that the new model has learned"
    assert "It is worse than the champion, version 1" in ran.stderr + ran.stdout
    assert story.versions == [1]


def test_another_champion_is_never_answered_from_the_cache(story: Story) -> None:
    same = story.run()  # the same data and settings as the champion's
    assert same.code == 0, same.stderr
    champion = _champion(same)
    assert (champion["version"], champion["verdict"]) == (1, "no difference")
    assert champion["parts"][0]["difference"] == 0
    assert _cached(same) == {"Preprocess", "TrainLightGBMRegression"}
    assert _cached(story.run()) >= {"Preprocess", "TrainLightGBMRegression", "EvaluateRegression"}


def test_promote_better_needs_a_better_model(story: Story) -> None:
    ran = story.run("--promote", "better")
    assert ran.code == 1
    assert _champion(ran)["passes"] == "no"


def test_promote_always_registers_a_worse_model(story: Story, winter: Path) -> None:
    before = story.versions
    ran = story.run("--promote", "always", data=winter)
    assert ran.code == 0, ran.stderr
    assert _champion(ran)["verdict"] == "worse"
    assert len(story.versions) == len(before) + 1


def test_a_champion_that_cannot_be_loaded_does_not_pass_in_silence(story: Story) -> None:
    sagemaker, s3 = story.client("sagemaker"), story.client("s3")
    arn = _champion(story.run())["arn"]
    (container,) = sagemaker.describe_model_package(ModelPackageName=arn)["InferenceSpecification"]["Containers"]
    bucket, _, key = container["ModelDataUrl"].removeprefix("s3://").partition("/")
    s3.put_object(Bucket=bucket, Key=key, Body=b"no archive")
    ran = story.run("--seed", "7")
    champion = _champion(ran)
    assert ran.code == 1
    assert (champion["status"], champion["passes"]) == ("failed", "no")
    assert "is not a readable model archive" in champion["sentence"]
