"""The state directory: one process at a time serves it, and a file in it contains the address of its service.

Three locks, which their holders lose when they die, order everything: ``service.lock`` belongs to the process of the
service, ``start.lock`` to the one command that looks for a service or starts it, and ``users.lock`` is shared by the
commands that use it.
"""

import json
import logging
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, Any, ClassVar

from local_sagemaker.core import access
from local_sagemaker.core.access import Access
from local_sagemaker.core.errors import StateDirectoryError

IDENTITY_PATH = "/_sagemaker-local"
"""The path of the HTTP endpoint that returns the identity of the service."""
_LOCK_FILE = "service.lock"
_START_FILE = "start.lock"
_USERS_FILE = "users.lock"
_IDENTITY_TIMEOUT_SECONDS = 5
START_TIMEOUT_SECONDS = 120
"""How long a service may take to start; the machine may be busy."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class RunningService(Access):
    """A service in another process, which serves the same state directory."""

    in_process: ClassVar[bool] = False
    """Whether the service ends with this process."""

    pid: int
    own_process: bool
    """Whether its process only serves; otherwise a program or a command runs the service while it works."""
    keep_alive: float | None
    """The minutes without use after which it ends; None if it does not end by itself."""
    version: str
    """See ``code_version``."""
    isolation: str
    """How it starts jobs: fork or process."""
    use: Mapping[str, int]
    """The number of running executions and jobs, of endpoints that have not expired, and of schedules to come."""
    is_new: bool = False
    """Whether this process has just started it."""


@contextmanager
def hold(directory: Path) -> Iterator[bool]:
    """Hold a state directory until the context ends or this process dies; yields False where another process holds it.

    Raises StateDirectoryError if the directory cannot be created, or belongs to another user.
    """
    access.make_private(directory)
    with _opened(directory / _LOCK_FILE) as file:
        is_ours = _lock(file, exclusive=True, patient=False)
        if is_ours:
            access.delete(directory)  # another user may have the port of a service that was killed
        yield is_ours


@contextmanager
def starting(directory: Path) -> Iterator[None]:
    """Be the only command that looks for a service, starts or replaces it; waits for the command that does.

    Raises StateDirectoryError if the directory cannot be created, or belongs to another user.
    """
    access.make_private(directory)
    with _opened(directory / _START_FILE) as file:
        _lock(file, exclusive=True, patient=True)
        yield


@contextmanager
def using(directory: Path) -> Iterator[bool]:
    """Register as a user of another process's service; a patient service does not end before the context does.

    Yields False if that service ended before this process could register.
    """
    with _opened(directory / _USERS_FILE) as file:
        yield _lock(file, exclusive=False, patient=False) or not _lock(file, exclusive=False, patient=True)


@contextmanager
def unused(directory: Path, *, patient: bool = True) -> Iterator[bool]:
    """Let no process register as a user until the context ends; waits until no other process uses the service.

    Yields False, at once, if one uses it and ``patient`` is off.
    """
    with _opened(directory / _USERS_FILE) as file:
        free = _lock(file, exclusive=True, patient=False)
        if not free and patient:
            _LOG.warning("Waiting for other commands that use the local SageMaker; Ctrl-C ends it at once.")
            free = _lock(file, exclusive=True, patient=True)
        yield free


@contextmanager
def announce(directory: Path, to: Access, identity: Mapping[str, Any]) -> Iterator[None]:
    """Write the access to the service into the directory, and delete it when the context ends."""
    access.write(directory, to, identity)
    try:
        yield
    finally:
        if is_announced(directory, identity["pid"]):
            access.delete(directory)


def is_announced(directory: Path, pid: int) -> bool:
    """Whether a process's service is the one that the directory names; it is not if the directory was deleted."""
    try:
        named: int = json.loads((directory / access.ADDRESS_FILE).read_text())["pid"]
    except (OSError, ValueError):
        return False
    return named == pid


def still_serves(directory: Path, service: Access) -> bool:
    """Whether a service runs that this process has found; after its end, another user's may answer at its address."""
    with hold(directory) as is_free:
        if is_free:
            return False
    try:
        return access.read(directory).endpoint_url == service.endpoint_url
    except (OSError, ValueError, KeyError):
        return False


def find_service(directory: Path) -> RunningService | None:
    """The service of a state directory, None if no process serves it; waits for a service that starts or ends.

    Raises StateDirectoryError if the service does not respond.
    """
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while True:
        # Before its address is read: where a service was killed, another user's may answer there now, and pose as ours.
        with hold(directory) as is_free:
            if is_free:
                return None
        try:
            return answering_service(directory)
        except (OSError, ValueError, KeyError) as error:
            # What is written is complete, so a missing member is that of another version.
            if time.monotonic() > deadline or isinstance(error, KeyError):
                reason = "has another version" if isinstance(error, KeyError) else f"does not answer ({error})"
                raise StateDirectoryError(
                    f"Another process holds the state directory {directory}, but its service {reason}. End that "
                    "process, or use another directory."
                ) from error
        time.sleep(0.02)


def answering_service(directory: Path) -> RunningService:
    """Request the identity of the service that a directory names; raises OSError, ValueError or KeyError."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    written = access.read(directory)
    without_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    signed = AWSRequest("GET", f"{written.endpoint_url}{IDENTITY_PATH}")
    SigV4Auth(Credentials(*written.key), "sagemaker", written.region).add_auth(signed)
    request = urllib.request.Request(signed.url, headers=dict(signed.headers.items()))  # noqa: S310 - loopback
    with without_proxy.open(request, timeout=_IDENTITY_TIMEOUT_SECONDS) as answer:
        identity = json.load(answer)
    if identity["state_dir"] != str(directory):
        raise ValueError("another state directory's service answers at that address")
    members = {each.name for each in fields(RunningService)} - {"key", "is_new"}
    return RunningService(key=written.key, **{name: identity[name] for name in members})


def require_region(directory: Path, emulated: str, requested: str) -> None:
    """Check the region of a state directory; raises StateDirectoryError if it is not the requested one."""
    if emulated != requested:
        raise StateDirectoryError(
            f"The state directory {directory} is for the region {emulated}, which its ARNs contain. Use that region, "
            f"or another directory for {requested}."
        )


def _opened(file: Path) -> IO[str]:
    try:
        return file.open("a")
    except OSError as error:
        raise StateDirectoryError(
            f"The state directory {file.parent} cannot be used: {file.name}: {error.strerror}. If another user made "
            "it, use another directory with --state-dir."
        ) from error


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
