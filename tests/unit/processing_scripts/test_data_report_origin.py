"""The data report names the job that made it."""

from __future__ import annotations

import json
from pathlib import Path

from processing_scripts.data_report.origin import origin_note
from tests.unit.evaluation.test_origin import CONFIGURATION


def test_a_data_report_names_its_execution_and_code(tmp_path: Path) -> None:
    path = tmp_path / "configuration.json"
    path.write_text(json.dumps(CONFIGURATION).replace("/evaluation/0123", "/processing_scripts/0123"))
    note = origin_note(path)
    for word in ("abcdefghijkl", "pipelines-abc-Evaluate", "0123abcd", "작업"):
        assert word in note
    assert origin_note(tmp_path / "nothing.json") == ""
