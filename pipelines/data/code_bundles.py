"""The code that runs inside the containers, uploaded under its content's hash.

The same code has the same address, so an upsert keeps the step cache, and two builds give the same bytes.
"""

import hashlib
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.aws.s3 import objects_below, split_uri
from pipelines.names import Layout
from pipelines.settings.table import DEFAULT, INSTALLED
from processing_scripts.dataset_file.model import DatasetFile

PACKAGES = ("processing_scripts", "evaluation")
SHARED = "html_page"
"""A package that both import, and that travels in both bundles."""
DATASET = "dataset"
"""The folder of a user's own data set file and its code."""
DEFAULT_DATASET = DEFAULT.relative_to(INSTALLED).as_posix()
NO_COMMIT = "unknown"
_GIT_SECONDS = 10
_UPLOADS_AT_ONCE = 8


@dataclass(frozen=True)
class Bundle:
    """The files of one package and of those it imports, by their paths below the bundle's prefix."""

    name: str
    files: dict[str, bytes]

    @property
    def digest(self) -> str:
        """The first 16 hexadecimal digits of the sha256 over paths and bytes."""
        content = hashlib.sha256()
        for path, data in sorted(self.files.items()):
            content.update(f"{path}\0{len(data)}\0".encode())
            content.update(data)
        return content.hexdigest()[:16]

    def uri(self, bucket: str, pipeline_name: str) -> str:
        """Return the S3 prefix that is a job's ``code`` input."""
        return Layout(bucket, pipeline_name).code(self.name, self.digest)

    def upload(self, s3: Any, bucket: str, pipeline_name: str) -> None:
        """Upload the files that are not there yet; ``s3`` is a boto3 client."""
        _, prefix = split_uri(self.uri(bucket, pipeline_name))
        there = {entry["Key"]: entry["Size"] for entry in objects_below(s3, bucket, prefix)}
        # The key contains the content's hash, so an object of the same length is the same file.
        missing = {prefix + path: data for path, data in self.files.items() if there.get(prefix + path) != len(data)}
        with ThreadPoolExecutor(_UPLOADS_AT_ONCE) as pool:
            sent = [pool.submit(s3.put_object, Bucket=bucket, Key=key, Body=data) for key, data in missing.items()]
        for each in sent:
            each.result()


def bundles(table: DatasetFile) -> list[Bundle]:
    """Gather the packages that run inside containers, and the data set file with its code."""
    shared = _files(INSTALLED / SHARED, f"{SHARED}/")
    found = [Bundle(name, dict(_files(INSTALLED / name, f"{name}/") + shared)) for name in PACKAGES]
    found[0].files.update(_own_files(table))
    return found


def dataset_path(table: DatasetFile) -> str:
    """Return where a data set file is in the bundle: its own place in a package, or in a folder of the user's."""
    path = table.path.resolve()
    if path.is_relative_to(INSTALLED / PACKAGES[0]):
        return path.relative_to(INSTALLED).as_posix()
    return f"{DATASET}/dataset.toml"


def _own_files(table: DatasetFile) -> dict[str, bytes]:
    if not dataset_path(table).startswith(f"{DATASET}/"):
        return {}
    code = {} if table.code is None else {f"{DATASET}/{table.code}": table.path.with_name(table.code).read_bytes()}
    return {dataset_path(table): table.path.read_bytes(), **code}


def commit() -> str:
    """Return the git commit of this project, with ``-dirty`` if files differ from it; `NO_COMMIT` outside of git.

    CodeBuild has no ``.git`` folder, but an environment variable with the commit that it checked out.
    """
    folder = Path(__file__).parent
    git = ["git", "-C", str(folder)]
    known = _output([*git, "ls-files", "--error-unmatch", Path(__file__).name])  # not of a repository around .venv
    described = _output([*git, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]) if known else ""
    return described or os.environ.get("CODEBUILD_RESOLVED_SOURCE_VERSION") or NO_COMMIT


def _output(command: list[str]) -> str:
    try:
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_GIT_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ended.stdout.strip() if ended.returncode == 0 else ""


def _files(folder: Path, path: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir() and entry.name != "__pycache__":
            found += _files(entry, f"{path}{entry.name}/")
        elif entry.name.endswith((".py", ".txt", ".json", ".toml")):
            found.append((path + entry.name, entry.read_bytes()))
    return found
