"""``--tune``: the evaluation reads the tuning's results and an untuned version from the service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.functional.conftest import Ran, run_command
from tests.support.service import serving

SMALL = ("--upsert", "--start", "--json", "--task", "classification", "--algorithms", "lightgbm")
TUNED = ("--tune", "--max-jobs", "3")


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory, cache: Path, data: Path) -> list[Ran]:
    """The same folder three times: tuned, trained, and tuned with other jobs."""
    folder = tmp_path_factory.mktemp("tuning")
    rest: list[tuple[str, ...]] = [TUNED, (), ("--tune", "--max-jobs", "2")]
    with serving(folder / ".sagemaker-local"):
        ran = [run_command(folder, cache, *SMALL, *more, "--data", str(data)) for more in rest]
    assert [one.code for one in ran] == [0, 0, 0], [one.stderr for one in ran]
    return ran


def results(ran: Ran) -> Path:
    return (ran.folder / ran.json["tasks"]["classification"]["report"]).parent


def evaluation(ran: Ran) -> dict[str, Any]:
    return json.loads((results(ran) / "evaluation.json").read_text(encoding="utf-8"))


def test_tuning_history_in_results(tuned: list[Ran]) -> None:
    history = evaluation(tuned[0])["tuning"]["lightgbm"]
    values = [trial["value"] for trial in history["trials"]]
    assert len(values) == 3
    assert history["objective"] == "validation:auc"
    assert values[history["best"]] == max(values)
    assert {trial["status"] for trial in history["trials"]} == {"Completed"}
    assert history["trials"][0]["hyperparameters"].keys() == history["ranges"].keys()
    assert evaluation(tuned[0])["candidates"]["lightgbm"]["cost"]["training_seconds"] > 0
    assert (results(tuned[0]) / "tuning.png").read_bytes().startswith(b"\x89PNG")


def test_no_untuned_version(tuned: list[Ran]) -> None:
    assert "has no untuned version of the same data" in evaluation(tuned[0])["untuned"]["unknown"]


def test_tuned_is_compared_with_untuned(tuned: list[Ran]) -> None:
    untuned = evaluation(tuned[2])["untuned"]
    trained = evaluation(tuned[1])
    assert untuned["version"] == tuned[1].json["tasks"]["classification"]["model_package_arn"].rsplit("/", 1)[-1]
    assert untuned["candidates"]["lightgbm"]["test"] == trained["candidates"]["lightgbm"]["test"]
    pair = untuned["candidates"]["lightgbm"]["comparison"]
    difference = (
        evaluation(tuned[2])["candidates"]["lightgbm"]["test"]["auc"] - trained["candidates"]["lightgbm"]["test"]["auc"]
    )
    assert (pair["first"], pair["second"]) == ("tuned", "untuned")
    assert pair["difference"] == pytest.approx(difference, abs=1e-4)  # predictions are written with six digits
    assert pair["interval"][0] <= pair["interval"][1]


def test_untuned_execution_has_no_tuning(tuned: list[Ran]) -> None:
    assert not {"tuning", "untuned"} & evaluation(tuned[1]).keys()


def test_data_page_is_in_results(tuned: list[Ran]) -> None:
    page = tuned[1].folder / tuned[1].json["data_report"]
    assert page.parent == results(tuned[1]).parent
    assert "<svg" in page.read_text(encoding="utf-8")
