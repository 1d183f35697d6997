"""The SageMaker SDK, V3, pointed at the service by its environment alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_sdk_works_with_the_service(service, tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.conformance.api.sdk_client", str(tmp_path / "results.json")],
        env=environment | service.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    results = json.loads((tmp_path / "results.json").read_text())
    assert results.pop("tuning").startswith("sdk-tuning-00")
    assert results == {
        "training": "s3://bucket/models/sdk-training/output/model.tar.gz",
        "processing": "Completed",
        "registry": "Approved",
        "endpoint": "1,2",
        "pipeline": ["Failed", "as requested"],
    }
