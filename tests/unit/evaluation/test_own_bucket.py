"""Only models in the pipeline's bucket are loaded, because loading a joblib file runs code."""

from __future__ import annotations

import json
from pathlib import Path

import joblib
import pytest

from evaluation.evaluate import main

DEFINITIONS = Path(__file__).parents[1] / "workflow" / "golden"


class Ran:
    """An object that runs code when joblib loads it."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path("it-ran"),)


@pytest.mark.parametrize("address", ["s3://another/model.tar.gz", "s3://bucket-of-another/model.tar.gz"])
def test_model_in_another_bucket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    monkeypatch.chdir(tmp_path)
    models = tmp_path / "models" / "lightgbm"
    models.mkdir(parents=True)
    joblib.dump(Ran(), models / "model.pkl")
    arguments = ["--task", "regression", "--own-bucket", "bucket", "--candidate", "lightgbm", "image", address]
    message = tmp_path / "message"
    assert main([*arguments, "--input", str(tmp_path), "--output", str(tmp_path / "o"), "--message", str(message)]) == 1
    assert f"is at {address}, but only models in the pipeline's bucket bucket" in capsys.readouterr().err
    assert message.read_text()
    assert not (tmp_path / "it-ran").exists()


@pytest.mark.parametrize("task", ["regression", "classification"])
def test_every_definition_names_the_bucket(task: str) -> None:
    steps = json.loads((DEFINITIONS / f"{task}.json").read_text())["Steps"]
    evaluation = next(step for step in steps if step["Name"].startswith("Evaluate"))
    words = evaluation["Arguments"]["AppSpecification"]["ContainerArguments"]
    bucket = words[words.index("--own-bucket") + 1]
    assert evaluation["Arguments"]["ProcessingInputs"][0]["S3Input"]["S3Uri"].startswith(f"s3://{bucket}/")
