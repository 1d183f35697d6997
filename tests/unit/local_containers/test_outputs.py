"""Folders whose files become objects while a job writes them."""

from __future__ import annotations

from pathlib import Path

from local_sagemaker.jobs.outputs import FolderUpload
from tests.conformance.containers.workbench import FolderStore


class Hasty(FolderStore):
    """A store that finds one file removed before each upload."""

    def upload(self, source: Path, uri: str) -> None:
        if source.name == "gone":
            source.unlink()
        super().upload(source, uri)


def test_only_changed_and_finished_files_are_uploaded(tmp_path: Path) -> None:
    store = Hasty(tmp_path / "store")
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("a", "gone", "z", "z.sagemaker-ignore"):
        (folder / name).write_text("1")
    upload = FolderUpload(folder, "s3://bucket/kept/", store)
    upload.upload_changes()
    assert store.keys("s3://bucket/") == ["kept/a", "kept/z"]
    store.write("s3://bucket/kept/a", "untouched")
    (folder / "z").write_text("12")
    upload.upload_changes()
    assert (store.read("s3://bucket/kept/a"), store.read("s3://bucket/kept/z")) == (b"untouched", b"12")
