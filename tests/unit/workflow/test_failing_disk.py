"""Results and kept files on a disk that is full or fails: whole or not at all, and one sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipelines.cli.common import console
from pipelines.data.whole_files import write_text
from pipelines.definition import kept
from tests.support.failing_disk import ERRORS, failing, names_below


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("before", [None, "before"])
def test_result_is_written_whole_or_not_at_all(tmp_path: Path, error: int, before: str | None) -> None:
    path = tmp_path / "data-report.json"
    if before is not None:
        path.write_text(before)
    with failing(path.name, error), pytest.raises(OSError, match=os.strerror(error)):
        write_text(path, "a longer text")
    assert names_below(tmp_path) == ({path.name} if before else set())
    assert (path.read_text() if before else None) == before
    write_text(path, "a longer text")
    assert path.read_text() == "a longer text"


@pytest.mark.parametrize("error", ERRORS)
def test_definition_that_cannot_be_kept_is_used(tmp_path: Path, error: int) -> None:
    path = tmp_path / "kept.json"
    with failing(path.name, error):
        kept.keep(path, "{}")
    assert names_below(tmp_path) == set()
    kept.keep(path, "{}")
    assert kept.read(path) == "{}"


@pytest.mark.parametrize("error", ERRORS)
def test_command_ends_with_one_sentence(error: int, capsys: pytest.CaptureFixture[str]) -> None:
    def body() -> console.Result:
        raise OSError(error, os.strerror(error), "report.html")

    assert console.run(body, []) == 3
    assert capsys.readouterr().err == (
        f"report.html cannot be written: {os.strerror(error)}. Check the space and the permissions of the disk, and "
        "run the command again.\n"
    )
