"""The state directory: one process at a time holds it, and a file in it contains the address of its service."""

import json
import logging
import os
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar

from local_sagemaker.core.core import Address
from local_sagemaker.core.errors import StateDirectoryError

IDENTITY_PATH = "/_sagemaker-local"
"""The path of the HTTP endpoint that returns the identity of the service."""
_ADDRESS_FILE = "service.json"
_LOCK_FILE = "service.lock"
_USERS_FILE = "users.lock"
_IDENTITY_TIMEOUT_SECONDS = 5
_START_TIMEOUT_SECONDS = 15

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunningService(Address):
    """A service in another process, which serves the same state directory."""

    in_process: ClassVar[bool] = False
    """Whether the service ends with this process."""


@contextmanager
def hold(directory: Path) -> Iterator[bool]:
    """Hold a state directory until the context ends or this process dies; yields False where another process holds it.

    Raises StateDirectoryError if the directory cannot be created.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateDirectoryError(
            f"The state directory {directory} cannot be created: {os.strerror(error.errno or 0)}."
        ) from error
    with (directory / _LOCK_FILE).open("a") as file:
        yield _lock(file, exclusive=True, patient=False)


@contextmanager
def using(directory: Path) -> Iterator[bool]:
    """Register as a user of another process's service; a patient service does not end before the context does.

    Yields False if that service ended before this process could register.
    """
    with (directory / _USERS_FILE).open("a") as file:
        yield _lock(file, exclusive=False, patient=False) or not _lock(file, exclusive=False, patient=True)


@contextmanager
def unused(directory: Path) -> Iterator[None]:
    """Wait until no other process uses this process's service, and let none register until the context ends."""
    with (directory / _USERS_FILE).open("a") as file:
        if not _lock(file, exclusive=True, patient=False):
            _LOG.info("Waiting for other commands that use the local SageMaker; Ctrl-C ends it at once.")
            _lock(file, exclusive=True, patient=True)
        yield


@contextmanager
def announce(directory: Path, identity: Mapping[str, Any]) -> Iterator[None]:
    """Write the address of the service into the directory, and remove it when the context ends."""
    address = directory / _ADDRESS_FILE
    partial = address.with_suffix(".partial")
    partial.write_text(json.dumps({**identity, "pid": os.getpid()}))
    partial.replace(address)
    try:
        yield
    finally:
        address.unlink(missing_ok=True)


def running_service(directory: Path) -> RunningService:
    """The service that holds a state directory; waits for one that is starting.

    Raises StateDirectoryError if the service does not respond.
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
    return RunningService(identity["endpoint_url"], identity["region"], identity["account_id"])


def require_region(directory: Path, emulated: str, requested: str) -> None:
    """Check the region of a state directory; raises StateDirectoryError if it is not the requested one."""
    if emulated != requested:
        raise StateDirectoryError(
            f"The state directory {directory} is for the region {emulated}, which its ARNs contain. Use that region, "
            f"or another directory for {requested}."
        )


def _lock(file: IO[str], *, exclusive: bool, patient: bool) -> bool:
    """Lock a file until it is closed or this process dies; returns False if it is taken and patient is off."""
    try:
        import fcntl
    except ImportError:  # Windows has no shared locks, so a patient service does not wait there
        return not exclusive or patient or _lock_on_windows(file)
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | (0 if patient else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _lock_on_windows(file: IO[str]) -> bool:
    import msvcrt

    locking: Any = msvcrt
    try:
        locking.locking(file.fileno(), locking.LK_NBLCK, 1)
    except OSError:
        return False
    return True
