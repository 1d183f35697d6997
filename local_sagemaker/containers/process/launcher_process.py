"""A launcher: a small process that starts the commands of jobs, one forked child each, and clears up after them.

It runs as ``python -m local_sagemaker.containers.process.launcher_process DESCRIPTOR [--preload]``. It has one
thread, so a fork is always safe. With ``--preload`` it is the template: it imports the libraries that containers use,
one between two looks at what it is asked for, and commands that start Python run in the forked child itself; without,
and for all other commands, the child is replaced.

When the service is gone, which the end of its channel tells, every job is ended, and the launcher with them.
"""

from __future__ import annotations

import sys

_AT_STARTUP = frozenset(sys.modules)

import argparse  # noqa: E402 - what a bare interpreter has loaded is noted before anything else
import contextlib  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import selectors  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import time  # noqa: E402
from dataclasses import dataclass  # noqa: E402
from types import FrameType  # noqa: E402

from local_sagemaker.containers.process import namespaces  # noqa: E402
from local_sagemaker.containers.process.child import Work, child_work  # noqa: E402
from local_sagemaker.containers.process.exec_command import Become  # noqa: E402
from local_sagemaker.containers.process.messages import KILL, TERMINATE, Launch, receive_launch  # noqa: E402
from local_sagemaker.containers.process.template import Preloading  # noqa: E402

_MOST_ROUNDS = 2000
_ROUND_SECONDS = 0.001


@dataclass(frozen=True)
class _Child:
    """A running command; ``control`` asks for signals, and is told the end."""

    pid: int
    control: socket.socket


class Launcher:
    """The loop over launches, requests for signals, and ends of children; libraries are loaded while nothing is asked.

    Parameters
    ----------
    channel
        Connected to the service.
    preloading
        Loads the libraries of the template, if this is to be one.
    """

    def __init__(self, channel: socket.socket, preloading: Preloading | None) -> None:
        self._channel = channel
        self._preloading = preloading
        self._children: dict[int, _Child] = {}
        self._selector = selectors.DefaultSelector()
        self._wakeup, self._wakeup_writer = os.pipe()
        for end in (self._wakeup, self._wakeup_writer):
            os.set_blocking(end, False)
        self._listen_for_signals()

    def _listen_for_signals(self) -> None:
        signal.set_wakeup_fd(self._wakeup_writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _ignore_but_wake)
        signal.signal(signal.SIGTERM, _ignore_but_wake)
        self._selector.register(self._channel, selectors.EVENT_READ)
        self._selector.register(self._wakeup, selectors.EVENT_READ)

    def serve(self) -> Work | None:
        """Serve until the service is gone; in a forked child, return what the child is to do."""
        while True:
            for key, _ in self._next_events():
                if key.fileobj is self._channel:
                    received = receive_launch(self._channel)
                    if received is None:
                        self._end_everything()
                        return None
                    work = self._start(*received)
                    if work is not None:
                        return work
                elif key.fd == self._wakeup:
                    if signal.SIGTERM in os.read(self._wakeup, 4096):
                        self._end_everything()
                        return None
                    self._reap()
                elif key.data in self._children:
                    self._obey(self._children[key.data])

    def _next_events(self) -> list[tuple[selectors.SelectorKey, int]]:
        while self._preloading and not self._preloading.is_finished:
            events = self._selector.select(timeout=0)
            if events:
                return events
            self._preloading.go_on()
        return self._selector.select()

    def _start(self, launch: Launch, descriptors: list[int]) -> Work | None:
        control_descriptor, output, *inherited = descriptors
        control = socket.socket(fileno=control_descriptor)
        pid = os.fork()
        if pid == 0:
            self._forget()
            control.close()
            template = self._preloading.settle() if self._preloading else None
            return child_work(launch, template, output, inherited)
        for descriptor in (output, *inherited):
            os.close(descriptor)
        self._children[pid] = _Child(pid, control)
        self._selector.register(control, selectors.EVENT_READ, data=pid)
        return None

    def _forget(self) -> None:
        """In a child: let go of everything that belongs to the launcher."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._selector.close()
        self._channel.close()
        for child in self._children.values():
            child.control.close()
        for descriptor in (self._wakeup, self._wakeup_writer):
            os.close(descriptor)

    def _obey(self, child: _Child) -> None:
        try:
            asked = child.control.recv(16)
        except ConnectionError:
            asked = b""
        if not asked or KILL in asked:
            # What it started beyond its group is handed to this process when it ends, and ended then.
            _send_to_group(child.pid, signal.SIGKILL)
        elif TERMINATE in asked:
            _send_to_group(child.pid, signal.SIGTERM)
        if not asked:
            self._selector.unregister(child.control)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            child = self._children.pop(pid, None)
            if child is not None:
                self._finish(child, os.waitstatus_to_exitcode(status))

    def _finish(self, child: _Child, code: int) -> None:
        # A command adopts what its descendants leave behind, and this process what the command leaves: here and now,
        # the unknown among its children are this command's.
        _end_children(but=set(self._children))
        if child.control.fileno() in self._selector.get_map():
            self._selector.unregister(child.control)
        with contextlib.suppress(OSError):  # Nobody waits for it any more: the service is gone, or gave it up.
            child.control.sendall(json.dumps({"code": 128 - code if code < 0 else code}).encode() + b"\n")
        child.control.close()

    def _end_everything(self) -> None:
        for child in self._children.values():
            _send_to_group(child.pid, signal.SIGKILL)
        _end_children(but=set())


def _ignore_but_wake(_number: int, _frame: FrameType | None) -> None:
    """Let the wake-up descriptor, not the handler, tell of the signal."""


def _send_to_group(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _end_children(but: set[int]) -> None:
    """End this process's children but for some; the children of those that end become its own, and are ended, too."""
    for _ in range(_MOST_ROUNDS):
        remaining = namespaces.children_of_this_process() - but
        if not remaining:
            return
        for pid in remaining:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in remaining:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(_ROUND_SECONDS)


def main() -> None:
    """Serve one service, named by the descriptor of a connected socket."""
    parser = argparse.ArgumentParser()
    parser.add_argument("descriptor", type=int)
    parser.add_argument("--preload", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    namespaces.become_subreaper()
    preloading = Preloading(_AT_STARTUP) if options.preload else None
    work = Launcher(socket.socket(fileno=options.descriptor), preloading).serve()
    while work is not None:
        try:
            work()
        except Become as successor:
            work = successor.work


if __name__ == "__main__":
    main()
