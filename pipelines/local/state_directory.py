"""A state directory: one process at a time holds it, and says in it where its service answers."""

from __future__ import annotations

import json
import os
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar

from pipelines.local.errors import StateDirectoryError
from pipelines.local.service import IDENTITY_PATH, environment

_ADDRESS_FILE = "service.json"
_LOCK_FILE = "service.lock"
_IDENTITY_TIMEOUT_SECONDS = 5
_START_TIMEOUT_SECONDS = 15


@dataclass(frozen=True)
class RunningService:
    """A service in another process, which serves the same state directory."""

    in_process: ClassVar[bool] = False
    """Whether the service ends with this process."""

    endpoint_url: str
    region: str
    account_id: str
    role_arn: str

    @property
    def environment(self) -> dict[str, str]:
        """The environment that sends any AWS client there."""
        return environment(self.endpoint_url, self.region)


@contextmanager
def hold(directory: Path) -> Iterator[bool]:
    """Hold a state directory as long as the context lasts, or until this process dies.

    Yields False where another process holds it.

    Raises
    ------
    StateDirectoryError
        It cannot be made.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateDirectoryError(f"The state directory {directory} cannot be made: {error}.") from error
    with (directory / _LOCK_FILE).open("a") as file:
        yield _take_lock(file)


@contextmanager
def announce(directory: Path, identity: Mapping[str, Any]) -> Iterator[None]:
    """Say in the directory where its service answers, as long as the context lasts."""
    address = directory / _ADDRESS_FILE
    partial = address.with_suffix(".partial")
    partial.write_text(json.dumps({**identity, "pid": os.getpid()}))
    partial.replace(address)
    try:
        yield
    finally:
        address.unlink(missing_ok=True)


def running_service(directory: Path) -> RunningService:
    """The service that holds a state directory; it may be just starting.

    Raises
    ------
    StateDirectoryError
        It does not answer.
    """
    deadline = time.monotonic() + _START_TIMEOUT_SECONDS
    while True:
        try:
            return _ask_identity(directory)
        except (OSError, ValueError, KeyError) as error:
            if time.monotonic() > deadline:
                raise StateDirectoryError(
                    f"Another process holds the state directory {directory}, but its service does not answer "
                    f"({error}). End that process, or use another directory."
                ) from error
        time.sleep(0.05)


def _ask_identity(directory: Path) -> RunningService:
    address = json.loads((directory / _ADDRESS_FILE).read_text())
    without_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    url = f"{address['endpoint_url']}{IDENTITY_PATH}"
    with without_proxy.open(url, timeout=_IDENTITY_TIMEOUT_SECONDS) as answer:
        identity = json.load(answer)
    if identity["state_dir"] != str(directory):
        raise ValueError("another state directory's service answers at that address")
    return RunningService(identity["endpoint_url"], identity["region"], identity["account_id"], identity["role_arn"])


def require_region(directory: Path, played: str, asked: str) -> None:
    """Check that a directory's region is the one that is asked for.

    Raises
    ------
    StateDirectoryError
        It is another one.
    """
    if played != asked:
        raise StateDirectoryError(
            f"The state directory {directory} plays the region {played}, and its ARNs say so. Ask for that region, "
            f"or use another directory for {asked}."
        )


def _take_lock(file: IO[str]) -> bool:
    """Hold the state directory until the file is closed or this process dies; False where another one holds it."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        locking: Any = msvcrt
        try:
            locking.locking(file.fileno(), locking.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
