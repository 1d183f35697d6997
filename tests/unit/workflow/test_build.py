"""Kept definitions: their key, and the check when they are used again."""

from __future__ import annotations

import dataclasses
import fcntl
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.definition import kept
from pipelines.definition.build import Build
from pipelines.definition.kept import PACKAGES, digest, import_closure
from pipelines.definition.placeholders import MARK, Inputs, inputs_of
from pipelines.errors import InvalidDefinition
from pipelines.settings.fields import PROMOTE, Settings
from pipelines.target.connection import Target
from pipelines.target.opening import offline
from tests.support.definitions import GOLDEN, LOCATIONS, TABLES, build_all

ROOT = Path(__file__).parents[3]
GOOD = (GOLDEN / "regression.json").read_text(encoding="utf-8")
BAD = json.dumps({**json.loads(GOOD), "Parameters": []})
LOADED = f"""
import sys, {kept.BUILDER}
print(*(module.__file__ for name, module in sys.modules.items() if name.split(".")[0] in {PACKAGES}), sep="\\n")
"""


def test_the_closure_covers_what_the_process_imports() -> None:
    loaded = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, cwd=ROOT)
    files = {Path(line) for line in loaded.stdout.split()}
    assert len(files) > 10
    assert files <= set(import_closure(kept.BUILDER))


def test_lazy_imports_belong_to_the_closure(tmp_path: Path) -> None:
    for name, text in {
        "pipelines/__init__.py": "",
        "pipelines/start.py": "def go():\n    from pipelines.room import deep\n",
        "pipelines/room/__init__.py": "import pipelines.beside\nimport json\n",
        "pipelines/room/deep.py": "",
        "pipelines/beside.py": "",
        "pipelines/other.py": "",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = {
        file.relative_to(tmp_path / "pipelines").as_posix() for file in import_closure("pipelines.start", tmp_path)
    }
    assert found == {"__init__.py", "start.py", "room/__init__.py", "room/deep.py", "beside.py"}


def test_a_change_of_any_file_changes_the_key(tmp_path: Path) -> None:
    copies = []
    for file in import_closure(kept.BUILDER):
        copies.append(tmp_path / file.relative_to(ROOT))
        copies[-1].parent.mkdir(parents=True, exist_ok=True)
        copies[-1].write_bytes(file.read_bytes())
    digests = {digest(copies, tmp_path)}
    for copy in copies:
        copy.write_bytes(copy.read_bytes() + b"\n")
        digests.add(digest(copies, tmp_path))
    assert len(digests) == len(copies) + 1


@pytest.fixture
def target() -> Iterator[Target]:
    with offline(Settings(algorithms=("xgboost",))) as opened:
        yield opened


def test_inputs_and_jumpstart_metadata_belong_to_the_key(target: Target) -> None:
    files = {
        kept.kept_file("{}", target.jumpstart),
        kept.kept_file("{ }", target.jumpstart),
        kept.kept_file("{}", {**target.jumpstart, "k": b""}),
    }
    assert len(files) == 3


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "definitions" / "kept.json"
    monkeypatch.setattr(kept, "kept_file", lambda *_: path)
    return path


def result(target: Target, monkeypatch: pytest.MonkeyPatch, built: str | None) -> str:
    """Build where the process would return a text; None: no process may start."""
    process = SimpleNamespace(communicate=lambda: (str(built).encode(), b""), returncode=0 if built else 1)
    monkeypatch.setattr(Build, "_start", lambda _: process)
    return Build(Settings(), target, []).result().text


@pytest.mark.parametrize("before", [None, BAD, "{"])
def test_invalid_kept_definition_is_built_again(
    target: Target, file: Path, monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    if before is not None:
        kept.keep(file, before)
    assert result(target, monkeypatch, GOOD) == GOOD
    assert file.read_text(encoding="utf-8") == GOOD
    assert result(target, monkeypatch, None) == GOOD


def test_a_built_definition_that_fails_the_check_is_not_kept(
    target: Target, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidDefinition, match="names the parameter InputDataUri"):
        result(target, monkeypatch, BAD)
    assert not file.exists()


def test_wrong_values_leave_the_kept_definition(target: Target, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.keep(file, GOOD)
    with monkeypatch.context() as wrong:
        wrong.setattr(Inputs, "fill", lambda *_: BAD)
        with pytest.raises(InvalidDefinition, match="InputDataUri"):
            result(target, wrong, GOOD)
    assert result(target, monkeypatch, None) == GOOD


SHAPES: list[dict[str, Any]] = [
    {},
    {"tune": True, "deploy": True, "data_capture": 7, "threshold_quantile": 0.8},
    {"batch_format": "recordio", "algorithms": ("xgboost",), "cache_days": 0, "ttl": 0},
    {"dataset": str(TABLES / "customers.toml"), "task": "churn", "tune": True, "deploy": True},
]
VALUES: dict[str, list[Any]] = {
    "seed": [1, 7, 123_456],  # of seed 0, the SDK drops a tuning job's RandomSeed; filled in, it is there
    "pipeline_name": ["P", "SeoulBikeDemand", "a-pipeline-whose-name-is-longer-than-those-of-its-groups"],
    "max_rmse": [None, 299.0, 1e-3],
    "min_auc": [None, 0.5, 1.0],
    **{f"{use}_instance_type": ["ml.m5.xlarge", "ml.c5.4xlarge"] for use in ("processing", "training")},
    **{f"{use}_instance_type": ["ml.m5.large", "ml.t2.medium"] for use in ("transform", "hosting")},
    "promote": list(PROMOTE),
    "lang": ["en", "ko"],
    "max_jobs": [2, 12],
    "max_parallel_jobs": [1, 2],
}


def drawn(number: int) -> list[Settings]:
    """Of each shape, settings whose values are drawn."""
    draw = random.Random(number)
    found = []
    for shape in SHAPES:
        values = {name: draw.choice(several) for name, several in VALUES.items()}
        values |= {name: draw.randint(1, 90) for name in ("cache_days", "ttl")}
        if "dataset" not in shape:
            values |= {"features": draw.choice(["now", "lags"]), "split": draw.choice(["days", "time"])}
        found.append(Settings(**{**values, **shape}))
    return found


def test_filled_in_values_equal_a_build_with_them(tmp_path: Path) -> None:
    cases = [*(Settings(**shape) for shape in SHAPES), *drawn(1)]
    locations = {**LOCATIONS, "commit": "0123abc-dirty"}
    inputs = [inputs_of(settings, locations) for settings in cases]
    shapes = {each.shape for each in inputs}
    assert len(shapes) == len(SHAPES)
    direct = [{"settings": _json(settings), "locations": locations} for settings in cases]
    built = build_all([*direct, *map(json.loads, shapes)], tmp_path)
    kept_shapes = dict(zip(shapes, built[len(cases) :], strict=True))
    assert [each.fill(kept_shapes[each.shape]) for each in inputs] == built[: len(cases)]
    assert not any(MARK in text for text in built[: len(cases)])


def _json(settings: Settings) -> dict[str, Any]:
    return {**dataclasses.asdict(settings), "state_dir": "."}


def test_a_command_waits_for_another_that_builds_the_same(target: Target, file: Path) -> None:
    with kept.turn(file) as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        waiting = Build(Settings(), target, [])
        kept.keep(file, GOOD)
    assert waiting.result().text == GOOD
