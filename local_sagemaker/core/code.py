"""The version of the code that a process runs."""

import hashlib
import os
import sys
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def code_version() -> str:
    """A hash of this package's code on disk, the version of Python, and the folder of its environment."""
    digest = hashlib.sha256(f"{sys.version}\0{sys.prefix}".encode())
    for folder, subfolders, names in os.walk(_PACKAGE):  # in a fifth of the time of Path.rglob: every command waits
        subfolders.sort()
        for name in sorted(names):
            if name.endswith((".py", ".json")):
                digest.update(f"\0{name}\0".encode() + Path(folder, name).read_bytes())
    return digest.hexdigest()[:16]
