"""The template loads one library after another, and jobs can be forked in between."""

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_sagemaker.containers.process import template
from local_sagemaker.containers.process.template import Preloading


@pytest.fixture(autouse=True)
def _the_collector_of_the_tests() -> Iterator[None]:
    yield
    gc.enable()
    gc.unfreeze()


@pytest.fixture
def preloading(monkeypatch: pytest.MonkeyPatch) -> Preloading:
    monkeypatch.setattr(template, "LIBRARIES", ("colorsys", "not_installed", "stringprep"))
    for name in ("colorsys", "stringprep"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return Preloading(at_startup=set(sys.modules))


def test_early_fork_has_what_is_loaded(preloading: Preloading) -> None:
    preloading.load_next()
    early = preloading.settle()
    assert not preloading.is_finished
    assert "colorsys" in early.loaded
    assert "stringprep" not in early.loaded


def test_missing_library_is_skipped(preloading: Preloading) -> None:
    while not preloading.is_finished:
        preloading.load_next()
    assert {"colorsys", "stringprep"} <= preloading.settle().loaded
    assert "not_installed" not in preloading.settle().loaded


@pytest.mark.parametrize("steps", [0, 1, 4])
def test_early_fork_collects_garbage(preloading: Preloading, steps: int) -> None:
    for _ in range(steps):
        preloading.load_next()
    preloading.settle()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_broken_library_is_skipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "broken_library.py").write_text("raise OSError('libgomp.so.1: cannot open shared object file')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(template, "LIBRARIES", ("broken_library", "colorsys"))
    preloading = Preloading(at_startup=())
    while not preloading.is_finished:
        preloading.load_next()
    assert "broken_library" not in preloading.settle().loaded
