"""An environment for each peer, below the user's cache, which nothing of this project's depends on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from pipelines.names import cache_folder
from tests.performance.peers.catalogue import Peer

UV = Path(sys.executable).with_name("uv")


class NotInstalledError(Exception):
    """A peer's packages cannot be installed here; the message is the installer's last line."""


def folder() -> Path:
    """Where the environments and the results are."""
    return cache_folder() / "peers"


def install(name: str, peer: Peer) -> Path:
    """Install a peer's packages as the catalogue pins them, if that is not done yet; return its interpreter."""
    if not peer.packages:
        return Path(sys.executable)
    place = folder() / "environments" / name
    done, wanted = place / "packages.txt", "\n".join(peer.packages)
    if not done.is_file() or done.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(place, ignore_errors=True)
        _uv("venv", "--python", sys.executable, str(place))
        _uv("pip", "install", "--python", str(place), "--compile-bytecode", *peer.packages)
        done.write_text(wanted, encoding="utf-8")
    return place / "bin" / "python"


def _uv(*arguments: str) -> None:
    variables = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    ran = subprocess.run([str(UV), "--quiet", *arguments], env=variables, capture_output=True, text=True, check=False)
    if ran.returncode:
        lines = [line.strip() for line in ran.stderr.splitlines() if line.strip()]
        raise NotInstalledError(" ".join(lines) or f"uv ended with {ran.returncode}")
