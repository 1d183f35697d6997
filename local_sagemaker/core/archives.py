"""Safe extraction of tar archives."""

import tarfile
from pathlib import Path
from typing import Any

from local_sagemaker.core.errors import PathError
from local_sagemaker.core.paths import below


def extract(tar: tarfile.TarFile, folder: Path) -> None:
    """Extract an archive into a folder, and nowhere else.

    Raises tarfile.TarError if a member would land outside of the folder, or is neither a file nor a folder nor a link
    inside it.
    """
    # Python before 3.11.4, which Debian 12 ships, has no extraction filters, which check the targets of links.
    filters: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    for member in tar:
        try:
            below(folder, member.name)  # now, because an earlier member may be a link that this one goes through
            if not filters and not (member.isfile() or member.isdir()):
                raise tarfile.ExtractError(f"{member.name} is not a file or folder")
            tar.extract(member, folder, **filters)
        except (PathError, KeyError, ValueError, RecursionError) as error:
            raise tarfile.ExtractError(f"{member.name} cannot be extracted: {error}") from error
