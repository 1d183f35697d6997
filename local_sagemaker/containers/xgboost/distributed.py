"""Training of one model on several hosts, for the built-in XGBoost and the scripts of its image.

Each host has a share of the rows; through XGBoost's collective communication they train the model that one host with
all rows would. The first host by name runs the tracker through which the hosts connect, and saves the model.
"""

import contextlib
import logging
import os
import socket
import time
from collections.abc import Iterator, Sequence
from typing import Protocol

from xgboost import collective
from xgboost.tracker import RabitTracker

from local_sagemaker.containers.errors import PlatformError
from local_sagemaker.containers.process.messages import MEETING_PORTS_VARIABLE

_TIMEOUT_SECONDS = 120

logger = logging.getLogger(__name__)


class Work(Protocol):
    """The function that runs on each host."""

    def __call__(self, *, is_master: bool) -> None:
        """Run it."""
        ...


def wait_hostname_resolution(hosts: Sequence[str]) -> None:
    """Wait until the name of each host can be resolved; locally it always can."""
    for host in hosts:
        _address_of(host)


def run_on_hosts(work: Work, hosts: Sequence[str], current: str, *, takes_part: bool) -> None:
    """Run ``work`` on the hosts that have data; XGBoost trains one model across them.

    ``work`` gets whether its host is the master, which saves the model; ``current`` is the host of the calling process.
    ``takes_part``: whether this host has data. A host without data reports that to the others, and ends with exit code
    0.

    Raises PlatformError if no host has data, or the hosts cannot connect; SystemExit if this host has no data.
    """
    names = sorted(hosts)
    first_port, second_port = map(int, os.environ[MEETING_PORTS_VARIABLE].split(","))
    with _connected(names, current, first_port):
        reports = [_broadcast(rank, (current, takes_part)) for rank in range(len(names))]
    working = sorted(host for host, has_data in reports if has_data)
    if not working:
        raise PlatformError("No hosts received training data.")
    if not takes_part:
        logger.warning("Host %s not being used for distributed training.", current)
        raise SystemExit(0)
    # A second connection, without the hosts that have no data: each rank of the first has to take part in training.
    with _connected(working, current, second_port):
        work(is_master=current == working[0])


def _broadcast(rank: int, own: tuple[str, bool]) -> tuple[str, bool]:
    """The report of one rank; a collective operation, so every rank has to call it."""
    report: tuple[str, bool] = collective.broadcast(own, rank)
    return report


@contextlib.contextmanager
def _connected(hosts: list[str], current: str, port: int) -> Iterator[None]:
    if len(hosts) == 1:
        yield
        return
    address = _address_of(hosts[0])
    tracker = None
    if current == hosts[0]:
        tracker = RabitTracker(len(hosts), address, port, sortby="task", timeout=_TIMEOUT_SECONDS)
        tracker.start()
    _await_listener(address, port)
    collective.init(
        dmlc_tracker_uri=address,
        dmlc_tracker_port=port,
        dmlc_task_id=str(hosts.index(current)),
        dmlc_timeout=_TIMEOUT_SECONDS,
    )
    try:
        yield
    finally:
        collective.finalize()
    if tracker is not None:
        tracker.wait_for()


def _await_listener(address: str, port: int) -> None:
    """Wait for the tracker, which may start later than this host."""
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((address, port), _TIMEOUT_SECONDS):
            return
        time.sleep(0.1)
    raise PlatformError(f"The hosts could not connect at {address}:{port} within {_TIMEOUT_SECONDS} seconds.")


def _address_of(host: str) -> str:
    """The address of a host; loopback if the name cannot be resolved, as without namespaces."""
    try:
        return socket.gethostbyname(host)
    except OSError:
        return "127.0.0.1"
