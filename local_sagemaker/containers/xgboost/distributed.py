"""One model trained by several hosts, as the built-in XGBoost and the scripts of its image do it.

Every host has a share of the rows; XGBoost's collective communication makes of them what one host with all the rows
would train. The first host by name keeps the tracker that the others find each other by, and the model.
"""

from __future__ import annotations

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

_PATIENCE_SECONDS = 120

logger = logging.getLogger(__name__)


class Work(Protocol):
    """What the hosts do together."""

    def __call__(self, *, is_master: bool) -> None:
        """Do it."""
        ...


def wait_hostname_resolution(hosts: Sequence[str]) -> None:
    """Wait until the name of each host is known; here they are known from the start."""
    for host in hosts:
        _address_of(host)


def run_on_hosts(work: Work, hosts: Sequence[str], current: str, *, takes_part: bool) -> None:
    """Run ``work`` on the hosts that have data, where XGBoost then trains one model in common.

    Parameters
    ----------
    work
        Is told whether its host is the master, which keeps the model.
    current
        The calling process's own host.
    takes_part
        Whether this host has data. A host without lets the others know, and ends with exit code 0.

    Raises
    ------
    PlatformError
        No host has data, or they do not find each other.
    SystemExit
        This host takes no part.
    """
    names = sorted(hosts)
    first_port, second_port = map(int, os.environ[MEETING_PORTS_VARIABLE].split(","))
    with _connected(names, current, first_port):
        answers = [_from(rank, (current, takes_part)) for rank in range(len(names))]
    working = sorted(host for host, has_data in answers if has_data)
    if not working:
        raise PlatformError("No hosts received training data.")
    if not takes_part:
        logger.warning("Host %s not being used for distributed training.", current)
        raise SystemExit(0)
    with _connected(working, current, second_port):
        work(is_master=current == working[0])


def _from(rank: int, mine: tuple[str, bool]) -> tuple[str, bool]:
    """What the process of a rank says; every process has to ask."""
    said: tuple[str, bool] = collective.broadcast(mine, rank)
    return said


@contextlib.contextmanager
def _connected(hosts: list[str], current: str, port: int) -> Iterator[None]:
    if len(hosts) == 1:
        yield
        return
    address = _address_of(hosts[0])
    tracker = None
    if current == hosts[0]:
        tracker = RabitTracker(len(hosts), address, port, sortby="task", timeout=_PATIENCE_SECONDS)
        tracker.start()
    _await_listener(address, port)
    collective.init(
        dmlc_tracker_uri=address,
        dmlc_tracker_port=port,
        dmlc_task_id=str(hosts.index(current)),
        dmlc_timeout=_PATIENCE_SECONDS,
    )
    try:
        yield
    finally:
        collective.finalize()
    if tracker is not None:
        tracker.wait_for()


def _await_listener(address: str, port: int) -> None:
    """Wait until the tracker is there, which may start later than this host."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((address, port), _PATIENCE_SECONDS):
            return
        time.sleep(0.1)
    raise PlatformError(f"The hosts do not find each other at {address}:{port}.")


def _address_of(host: str) -> str:
    """The address of a host; where its name cannot be known on this machine, it is this machine all the same."""
    try:
        return socket.gethostbyname(host)
    except OSError:
        return "127.0.0.1"
