"""Safe extraction of tar archives."""

import tarfile
from pathlib import Path


def extract(tar: tarfile.TarFile, folder: Path) -> None:
    """Extract an archive into a folder, and nowhere else.

    Raises tarfile.TarError if a member would land outside of the folder, or is neither a file nor a folder nor a link
    inside it.
    """
    if hasattr(tarfile, "data_filter"):
        tar.extractall(folder, filter="data")
        return
    # Python before 3.11.4, which Debian 12 ships, has no extraction filters.
    root = folder.resolve()
    for member in tar:
        if not (root / member.name).resolve().is_relative_to(root) or not (member.isfile() or member.isdir()):
            raise tarfile.ExtractError(f"{member.name} is not a file or folder inside the archive's own folder")
        tar.extract(member, root)
