"""Upload of a container's output to S3."""

import contextlib
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

from local_sagemaker.containers.process.paths import UNFINISHED
from local_sagemaker.core.objects import ObjectStore


def files_below(folder: Path) -> Iterator[Path]:
    """The regular files of a folder and its folders, sorted; symbolic links are not followed."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(parent) / name
            if path.is_file() and not path.is_symlink():
                yield path


class FolderUpload:
    """A folder on the host whose new and changed files are uploaded below a URI, ``s3://bucket/prefix``."""

    def __init__(self, folder: Path, uri: str, store: ObjectStore) -> None:
        self._folder = folder
        self._uri = uri.rstrip("/")
        self._store = store
        self._uploaded: dict[Path, tuple[int, int]] = {}

    def upload_changes(self) -> None:
        """Upload the files that are new or changed since the last call, except those marked as unfinished."""
        for path in files_below(self._folder):
            if path.name.endswith(UNFINISHED):
                continue
            with contextlib.suppress(FileNotFoundError):  # The job may delete or rename a file at the same time.
                status = path.stat()
                # Not the content: reading every checkpoint once a second would compete with the training.
                version = (status.st_mtime_ns, status.st_size)
                if self._uploaded.get(path) != version:
                    self._store.upload(path, f"{self._uri}/{path.relative_to(self._folder).as_posix()}")
                    self._uploaded[path] = version


def upload_archive(folders: list[Path], uri: str, scratch: Path, store: ObjectStore) -> None:
    """Pack the contents of several folders into one ``.tar.gz`` object; ``scratch`` is the folder to make it in.

    ``folders`` are the same folder of each host; of equal paths, the first host's file counts.
    """
    archive = scratch / Path(uri).name
    packed: set[str] = set()
    try:
        # Level 1, because a local upload spends its time on compression and none on transfer.
        with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
            for folder in folders:
                for path in sorted(folder.rglob("*")):
                    name = path.relative_to(folder).as_posix()
                    if name not in packed:
                        tar.add(path, arcname=name, recursive=False)
                        packed.add(name)
        store.upload(archive, uri)
    finally:
        archive.unlink(missing_ok=True)
