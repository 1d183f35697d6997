"""Archives unpack into their folder and nowhere else, also on a Python without extraction filters."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from local_sagemaker.core.archives import extract


def _archive(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarFile:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "/etc/passwd"
        member.size = 1 if kind == tarfile.REGTYPE else 0
        tar.addfile(member, io.BytesIO(b"x"))
    stream.seek(0)
    return tarfile.open(fileobj=stream)


@pytest.fixture(params=["with filters", "without filters"], autouse=True)
def _python(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without filters":
        monkeypatch.delattr(tarfile, "data_filter")
        monkeypatch.setattr(tarfile.TarFile, "extraction_filter", staticmethod(tarfile.fully_trusted_filter))


def test_files_and_folders_are_unpacked(tmp_path: Path) -> None:
    with _archive("deep/file") as tar:
        extract(tar, tmp_path)
    assert (tmp_path / "deep" / "file").read_bytes() == b"x"


@pytest.mark.parametrize(("name", "kind"), [("../outside", tarfile.REGTYPE), ("link", tarfile.SYMTYPE)])
def test_path_outside_is_refused(tmp_path: Path, name: str, kind: bytes) -> None:
    with _archive(name, kind) as tar, pytest.raises(tarfile.TarError):
        extract(tar, tmp_path / "inside")
    assert not (tmp_path / "outside").exists()
