"""Modules of a job that could replace a library of the template."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_sagemaker.containers.process import python_program


def test_importable_names_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "module.py").touch()
    (tmp_path / "fast.cpython-311-x86_64-linux-gnu.so").touch()
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    (tmp_path / "data").mkdir()
    assert python_program._importable_names([str(tmp_path)]) == {"module", "fast", "package"}


def test_unreadable_folder_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "zebra.py").touch()
    is_file = Path.is_file

    def forbidden(path: Path) -> bool:
        if path.parent.name == "root":
            raise PermissionError(13, "Permission denied", str(path))
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", forbidden)
    assert python_program._importable_names([str(tmp_path), str(tmp_path / "nothing")]) == {"zebra"}
