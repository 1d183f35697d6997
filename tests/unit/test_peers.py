"""The benchmark beside other programs: the same steps by each, and a failure where one did other work."""

from __future__ import annotations

import ast
import json
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.performance import shell_script
from tests.performance.main_job import require_same
from tests.performance.peers import checks, environments, table
from tests.performance.peers.catalogue import PEERS, Peer
from tests.performance.peers.results import OtherConditionsError, Results
from tests.performance.peers.workplace import PROGRAMS, Workplace, main_steps

GOLDEN = Path(__file__).parent / "workflow" / "golden"
CONDITIONS: dict[str, Any] = {
    "machine": "2 cores",
    "python": "3.11",
    "commit": "abc",
    "data": "the sample",
    "packages": ["one==1"],
    "make": "GNU Make",
}


@pytest.fixture(scope="module")
def definition() -> dict[str, Any]:
    """A definition of both tasks."""
    first, second = (
        json.loads((GOLDEN / f"{task}.json").read_text(encoding="utf-8")) for task in ("regression", "classification")
    )
    known = {step["Name"] for step in first["Steps"]}
    first["Steps"] += [step for step in second["Steps"] if step["Name"] not in known]
    return first


def calls(program: Path, name: str) -> list[ast.Call]:
    """The calls of ``steps.NAME`` in a program."""
    return [
        node
        for node in ast.walk(ast.parse(program.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"steps.{name}"
    ]


@pytest.mark.parametrize("program", sorted(PROGRAMS.glob("with_*.py")), ids=lambda program: program.stem)
def test_each_peer_runs_the_same_steps(program: Path, definition: dict[str, Any]) -> None:
    written = [call.args[0].value for call in calls(program, "run") if isinstance(call.args[0], ast.Constant)]
    if program.stem == "with_metaflow":  # its flow has to be written out
        assert sorted(written) == sorted(step.name for step in main_steps(definition))
    else:
        assert written == []
        assert calls(program, "read"), "it runs the steps that are in steps.json"


def test_steps_stand_behind_those_they_need(definition: dict[str, Any]) -> None:
    steps = main_steps(definition)
    names = [step.name for step in steps]
    assert len(names) == 11
    assert {step.name: step.needs for step in steps} == shell_script.graph(definition)
    assert all(names.index(need) < names.index(step.name) for step in steps for need in step.needs)


@pytest.mark.parametrize("parallel", [1, 2])
@pytest.mark.parametrize("name", ["script", "make-j2"])
def test_steps_that_do_nothing_are_timed(name: str, parallel: int, tmp_path: Path) -> None:
    place = Workplace(tmp_path / "place", PEERS[name], Path(sys.executable), tmp_path)
    assert place.noops(parallel, count=4) > 0
    assert len((place.folder / "beats").read_text(encoding="utf-8").split()) == 4


def test_different_metrics_fail_the_benchmark() -> None:
    candidate = {"validation": {"rmse": 1.5}, "test": {"rmse": 2.0}}
    script = {task: {"xgboost": deepcopy(candidate)} for task in ("Regression", "Classification")}
    peer = deepcopy(script)
    require_same(peer, script, "Kedro")
    peer["Classification"]["xgboost"]["test"]["rmse"] = 2.0000001
    with pytest.raises(RuntimeError, match=r"Classification, xgboost, test: .* by Kedro"):
        require_same(peer, script, "Kedro")


GRAPH = {"Preprocess": [], "Train": ["Preprocess"], "Evaluate": ["Train"]}


@pytest.mark.parametrize(
    ("started", "message"),
    [
        (["Preprocess", "Evaluate"], "without \\['Train'\\]"),
        (["Preprocess", "Train", "Train", "Evaluate"], "twice \\['Train'\\]"),
    ],
)
def test_a_step_left_out_or_repeated_fails_the_benchmark(started: list[str], message: str) -> None:
    checks.require_every_step("Kedro", GRAPH, list(GRAPH))
    with pytest.raises(RuntimeError, match=message):
        checks.require_every_step("Kedro", GRAPH, started)


def test_another_order_or_parallelism_fails_the_benchmark() -> None:
    checks.require_order("Kedro", GRAPH, list(GRAPH))
    with pytest.raises(RuntimeError, match="started Evaluate before \\['Train'\\]"):
        checks.require_order("Kedro", GRAPH, ["Preprocess", "Evaluate", "Train"])
    checks.require_parallelism("Kedro", [1, 2, 2], 2)
    with pytest.raises(RuntimeError, match="ran 3 steps at once, of 2"):
        checks.require_parallelism("Kedro", [1, 3, 2], 2)


def test_an_interrupted_benchmark_goes_on(tmp_path: Path) -> None:
    kept = Results(tmp_path / "results.json", CONDITIONS)
    kept.runs["script"] = [{"first": [20.0, 38.0, 700.0], "again": [20.0, 38.0, 700.0]}]
    kept.keep()
    assert Results(tmp_path / "results.json", CONDITIONS).runs == kept.runs
    with pytest.raises(OtherConditionsError, match="--results"):
        Results(tmp_path / "results.json", {**CONDITIONS, "commit": "def"})


def test_a_peer_that_cannot_be_installed_is_in_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    absent = (tmp_path / "no-such-package-0-py3-none-any.whl").as_uri()
    with pytest.raises(environments.NotInstalledError, match="no-such-package") as error:
        environments.install("absent", Peer("Absent", (), (), packages=(absent,)))
    results = Results(tmp_path / "results.json", CONDITIONS)
    results.missing["kedro"] = str(error.value)
    rows = [line for line in table.lines(results) if line.startswith("| Kedro")]
    assert len(rows) == 1
    assert rows[0].count("|") == table.COLUMNS + 1
    assert "not measured: " in rows[0]
    assert "no-such-package" in rows[0]


def test_versions_of_peers_are_pinned() -> None:
    assert all("==" in package for peer in PEERS.values() for package in peer.packages)
