"""The report of the doctor contains what an issue needs, and no account id and no ARN."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from pipelines.admin.doctor import report
from pipelines.admin.doctor.finding import failure
from pipelines.execution.pipeline import Progress, Step
from pipelines.settings.fields import Settings
from pipelines.target.connection import Choice

ARN = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/Bikes/execution/abc"
secrets = st.sampled_from(["123456789012", "1234-5678-9012", ARN, "arn:", "ARN:aws", "AKIAIOSFODNN7EXAMPLE", '"', "\\"])
texts = st.lists(secrets | st.text(max_size=5) | st.text("0123456789", max_size=15)).map("".join)


@given(st.recursive(texts, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=8))
def test_no_account_and_no_arn_survives(content: Any) -> None:
    text = json.dumps(report.redacted(content), ensure_ascii=False)
    json.loads(text)
    assert "arn:" not in text.lower()
    assert not re.search(r"\d{12}|\d{4}-\d{4}-\d{4}|AKIA[A-Z0-9]{16}", text)


def test_report_has_versions_findings_and_executions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "testing")
    step = Step("Preprocess", "Processing", "Failed", 1.5, f"AccessDenied: {ARN} in 123456789012", False, {})
    monkeypatch.setattr(report, "look", lambda *_: Progress(ARN, "Failed", "a step failed", 9.0, (step,)))
    execution = type("Summary", (), {"arn": ARN, "started": datetime.now(UTC)})
    monkeypatch.setattr(report, "recent", lambda *_: [execution])
    stop = {"Name": "Stop", "Type": "Fail", "Arguments": {"ErrorMessage": "x"}}
    definition = json.dumps({"Version": "2020-12-01", "Parameters": [], "Steps": [stop]})
    file = tmp_path / "report.json"
    with mock_aws():
        boto3.client("sagemaker", "us-east-1").create_pipeline(
            PipelineName="SeoulBikeDemand", PipelineDefinition=definition, RoleArn="arn:aws:iam::123456789012:role/x"
        )
        findings = [failure("role", f"{ARN} does not exist", "boostpipe infra deploy")]
        report.write_report(file, Settings(region="us-east-1"), Choice("aws", "a test"), findings)
    content = json.loads(file.read_text(encoding="utf-8"))
    assert content["packages"]["boto3"] == boto3.__version__
    assert content["findings"][0]["message"] == "<ARN> does not exist"
    assert re.fullmatch("[0-9a-f]{64}", content["definition_sha256"])
    (shown,) = content["executions"][0]["steps"]
    assert (shown["status"], shown["failure_reason"]) == ("Failed", "AccessDenied: <ARN> in <account>")
    assert "123456789012" not in file.read_text(encoding="utf-8")
