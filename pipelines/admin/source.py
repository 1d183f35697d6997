"""The source for CodeBuild: the committed files, with the name of the commit."""

import io
import logging
import subprocess
import zipfile
from pathlib import Path
from typing import Any

from pipelines.aws.s3 import split_uri
from pipelines.errors import EnvironmentProblem

ROOT = Path(__file__).parents[2]
COMMIT_FILE = "COMMIT"
"""File with the commit; ``buildspec.yml`` reads it, since an archive has no history."""

logger = logging.getLogger(__name__)


def upload(s3: Any, uri: str) -> None:
    """Upload the committed files for CodeBuild, unless it reads a repository (https)."""
    if not uri.startswith("s3://"):
        return
    commit, content = archive()
    bucket, key = split_uri(uri)
    s3.put_object(Bucket=bucket, Key=key, Body=content)
    logger.info("Uploaded the source of commit %s to %s", commit[:12], uri)


def archive(root: Path = ROOT) -> tuple[str, bytes]:
    """Pack the committed files of a clone, and return the commit and the bytes of the zip file.

    Uncommitted files, such as data, state or secrets, are not included.

    Raises `EnvironmentProblem` if ``root`` is not a clone, or git is not installed.
    """
    commit = _git(root, "rev-parse", "HEAD").decode().strip()
    if _git(root, "status", "--porcelain"):
        logger.warning("Builds use the commit %s; uncommitted changes in %s are not included.", commit[:12], root)
    content = io.BytesIO(_git(root, "archive", "--format=zip", commit))
    with zipfile.ZipFile(content, "a") as packed:
        packed.writestr(zipfile.ZipInfo(COMMIT_FILE), commit + "\n")
    return commit, content.getvalue()


def _git(root: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=True)
    except FileNotFoundError as error:
        raise EnvironmentProblem("git is not installed, but it packs the source for CodeBuild.") from error
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace").strip()
        raise EnvironmentProblem(
            f"{root} is not a clone that git can pack for CodeBuild ({reason}). Run this in a clone, or "
            "name a repository with --source."
        ) from error
    return done.stdout
