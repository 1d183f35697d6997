"""Unpacking archives that others made."""

from __future__ import annotations

import tarfile
from pathlib import Path


def extract(tar: tarfile.TarFile, folder: Path) -> None:
    """Unpack an archive into a folder, and nowhere else.

    Raises
    ------
    tarfile.TarError
        A member would land outside of the folder, or is neither a file nor a folder nor a link inside of it.
    """
    if hasattr(tarfile, "data_filter"):
        tar.extractall(folder, filter="data")
        return
    # Python before 3.11.4, as Debian 12 has it, knows no filters.
    root = folder.resolve()
    for member in tar:
        if not (root / member.name).resolve().is_relative_to(root) or not (member.isfile() or member.isdir()):
            raise tarfile.ExtractError(f"{member.name} is no file or folder inside of the archive's own folder")
        tar.extract(member, root)
