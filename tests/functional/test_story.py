"""The story of docs/monitoring.md: a model of the winter serves, the summer comes, and the rule answers the alarm."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pytest

from tests.functional.conftest import Ran, run_command_named
from tests.support.service import Server, serving

pytestmark = pytest.mark.slow
TASK = ("--task", "regression")
HOURS_OF_WINTER, HOURS_OF_SUMMER = slice(0, 24 * 90), slice(24 * 200, 24 * 214)


class Story:
    """A folder of commands, and the bucket of the stack that they use."""

    def __init__(self, folder: Path, cache: Path, service: Server) -> None:
        self.folder, self.cache, self.service = folder, cache, service
        self.variables: dict[str, str] = {}

    def __call__(self, name: str, *arguments: str, code: int = 0) -> Ran:
        ran = run_command_named(name, self.folder, self.cache, *arguments, **self.variables)
        assert ran.code == code, f"{name} {arguments}\n{ran.stdout}\n{ran.stderr}"
        return ran

    def retraining(self) -> dict[str, Any]:
        """Wait for the execution that the rule starts, and for its end."""
        for _ in range(600):
            for execution in self("executions", "list", "--json").json["executions"]:
                if execution["name"].startswith("retraining-"):
                    self("executions", "wait", execution["id"])
                    listed = self("executions", "list", "--json").json["executions"]
                    return next(each for each in listed if each["id"] == execution["id"])
            time.sleep(1)
        raise AssertionError("the alarm started nothing")


@pytest.fixture
def story(tmp_path: Path, cache: Path, data: Path) -> Iterator[Story]:
    encoded = data.read_bytes()
    text = encoded.decode("utf-8" if b"\xc2\xb0" in encoded[:500] else "latin-1")
    table = pd.read_csv(io.StringIO(text), dtype=str)
    files = {"winter": table.iloc[HOURS_OF_WINTER], "summer": table.iloc[HOURS_OF_SUMMER], "year": table}
    for name, rows in files.items():
        rows.to_csv(tmp_path / f"{name}.csv", index=False)
    with serving(tmp_path / ".sagemaker-local") as service:
        yield Story(tmp_path, cache, service)


def test_an_alarm_retrains_and_the_better_model_is_deployed(story: Story) -> None:
    rule = ("--retrain-on-alarm", "on", "--new-data", "off", "--source", "https://example.com/clone.git")
    outputs = story("infra", "deploy", "--target", "local", "--yes", "--json", *rule).json["outputs"]
    story.variables["ARTIFACT_BUCKET"] = outputs["BucketName"]

    story("run", "--upsert", "--start", "--algorithms", "xgboost,lightgbm", "--data", "winter.csv", *TASK)
    deployed = story("endpoint", "deploy", "--approve", "--data-capture", "100", "--ttl", "1", "--json", *TASK)
    assert deployed.json["model_package"].endswith("/1")

    story("endpoint", "invoke", "--file", "summer.csv", *TASK)
    s3 = boto3.client("s3", **story.service.client_arguments)
    s3.upload_file(str(story.folder / "year.csv"), outputs["BucketName"], "SeoulBikeDemand/incoming/year.csv")

    endpoint = ("--endpoint", "SeoulBikeDemand-regression")
    alarm = story("monitor", *endpoint, "--actuals", "summer.csv", "--json", code=1).json
    assert alarm["alarms"], "the summer is no winter"

    retrained = story.retraining()
    assert retrained["status"] == "Succeeded", retrained
    assert retrained["tasks"]["regression"]["champion"] == "better"
    assert retrained["tasks"]["regression"]["version"] == 2

    newest = deployed.json["model_package"].removesuffix("1") + "2"
    story("endpoint", "update", "--approve", "--model-package", newest)
    assert newest in story("endpoint", "describe", "--json").stdout
    story("teardown", "--yes")
