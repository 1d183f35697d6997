"""Archives unpack into their folder and nowhere else, and no further than its volume."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_sagemaker.core.archives import TooLargeError, extract
from local_sagemaker.jobs import inputs
from local_sagemaker.jobs.errors import DataError, StoppedError

ROOM = 10**6


def _archive(folder: Path, name: str, kind: bytes = tarfile.REGTYPE) -> Path:
    with tarfile.open(folder / "archive.tar", "w") as tar:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "/etc/passwd"
        member.size = 1 if kind == tarfile.REGTYPE else 0
        tar.addfile(member, io.BytesIO(b"x"))
    return folder / "archive.tar"


@pytest.fixture(params=["with filters", "without filters"])
def _python(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without filters":
        monkeypatch.delattr(tarfile, "data_filter")
        monkeypatch.setattr(tarfile.TarFile, "extraction_filter", staticmethod(tarfile.fully_trusted_filter))


@pytest.mark.usefixtures("_python")
def test_files_and_folders_are_unpacked(tmp_path: Path) -> None:
    extract(_archive(tmp_path, "deep/file"), tmp_path, ROOM)
    assert (tmp_path / "deep" / "file").read_bytes() == b"x"


@pytest.mark.usefixtures("_python")
@pytest.mark.parametrize(("name", "kind"), [("../outside", tarfile.REGTYPE), ("link", tarfile.SYMTYPE)])
def test_path_outside_is_refused(tmp_path: Path, name: str, kind: bytes) -> None:
    with pytest.raises(tarfile.TarError):
        extract(_archive(tmp_path, name, kind), tmp_path / "inside", ROOM)
    assert not (tmp_path / "outside").exists()


@settings(deadline=None)
@given(st.lists(st.integers(0, 3000), max_size=6), st.integers(0, 20_000))
def test_unpacked_files_never_exceed_the_volume(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], room: int
) -> None:
    folder = tmp_path_factory.mktemp("volume")
    with tarfile.open(folder / "a.tar.gz", "w:gz") as tar:
        for number, size in enumerate(sizes):
            member = tarfile.TarInfo(str(number))
            member.size = size
            tar.addfile(member, io.BytesIO(bytes(size)))
    inside = folder / "inside"
    inside.mkdir()
    try:
        extract(folder / "a.tar.gz", inside, room)
        assert len(list(inside.iterdir())) == len(sizes)
    except TooLargeError:
        pass
    assert sum(path.stat().st_size for path in inside.iterdir()) <= room


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_enormous_header_is_not_read_into_memory(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("x")
    member.type, member.size = kind, 10**11
    (tmp_path / "a.tar.gz").write_bytes(gzip.compress(member.tobuf(tarfile.GNU_FORMAT) + bytes(10_240)))
    with pytest.raises((TooLargeError, tarfile.ReadError)):
        extract(tmp_path / "a.tar.gz", tmp_path, 10**12)


class Store:
    """Objects of 600 bytes, after the first of which the job is stopped if it has an event for that."""

    def __init__(self, stop: Event | None = None) -> None:
        self.stop = stop

    def download(self, uri: str, destination: Path) -> None:
        destination.write_bytes(bytes(600))
        if self.stop is not None:
            self.stop.set()


OBJECTS = [inputs.InputObject(f"s3://bucket/{name}", name) for name in "abc"]


def test_inputs_beyond_the_volume_fail_the_download(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^ClientError: Data download failed:Insufficient disk space$"):
        inputs.download(OBJECTS, tmp_path, Store(), inputs.Volume(1000, Event()))
    assert not (tmp_path / "c").exists()


def test_download_of_inputs_heeds_a_stop_request(tmp_path: Path) -> None:
    stop = Event()
    with pytest.raises(StoppedError):
        inputs.download(OBJECTS, tmp_path, Store(stop), inputs.Volume(10**6, stop))
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
