"""Every block of docs/your-own-data.md runs as it stands, in order: from a CSV file to an answer of the endpoint."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd

from tests.functional.conftest import environment
from tests.support.documents import code_blocks, run_blocks

ROOT = Path(__file__).parents[2]


def test_the_page_leads_from_a_table_to_an_endpoint(tmp_path: Path) -> None:
    scripts = tmp_path / "bin"
    scripts.mkdir()
    for name, words in (("python", ""), ("boostpipe", "-m pipelines"), ("local-sagemaker", "-m local_sagemaker")):
        (scripts / name).write_text(f'#!/bin/sh\nexec {sys.executable} {words} "$@"\n')
        (scripts / name).chmod(0o755)
    variables = environment(
        tmp_path, PATH=f"{scripts}:/usr/bin:/bin", PYTHONPATH=str(ROOT), SAGEMAKER_LOCAL_KEEP_ALIVE="10"
    )
    blocks = code_blocks(ROOT / "docs" / "your-own-data.md", "sh")
    try:
        printed = run_blocks(blocks, tmp_path, variables)
    finally:
        subprocess.run([scripts / "local-sagemaker", "stop"], cwd=tmp_path, env=variables, check=False)
    assert "wine.toml fits wine.csv: 178 rows" in printed
    assert "Succeeded after" in printed
    assert "1  class_2: class_2 " in printed
    predictions = pd.read_csv(tmp_path / "predictions" / "predictions.csv")
    assert list(predictions["predicted_grower"]) == ["class_2", "class_1", "class_0", "class_1", "class_0"]
    probabilities = predictions.filter(like="probability_")
    assert probabilities.shape == (5, 3)
    assert probabilities.sum(axis=1).round(6).eq(1).all()
