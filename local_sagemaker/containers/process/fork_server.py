"""The loop of a launcher process: fork a child per command, pass on signals, report exits, and clean up.

The process has one thread, so a fork is always safe: no lock can be held by a thread that the child does not have.
When the service ends, its channel reaches end of file; the process then ends every job, and itself.
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import time
from dataclasses import dataclass
from types import FrameType

from local_sagemaker.containers.process import namespaces
from local_sagemaker.containers.process.child import enter_sandbox
from local_sagemaker.containers.process.messages import KILL, TERMINATE, Launch, receive_launch
from local_sagemaker.containers.process.template import Preloading, Template

_KILL_ROUNDS = 2000
_KILL_ROUND_SECONDS = 0.001


@dataclass(frozen=True)
class _Child:
    """A running command; ``control`` carries signal requests in and the exit code out."""

    pid: int
    control: socket.socket


class ForkServer:
    """The loop over launches, signal requests, and exits of children; it preloads libraries while it is idle.

    ``channel`` is connected to the service. ``preloading`` loads the libraries of the template; None if children exec
    their commands.
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
        # Signals arrive as bytes in a pipe, so that one select() waits for requests and signals alike, and no handler
        # runs in the middle of a fork.
        signal.set_wakeup_fd(self._wakeup_writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _ignore_but_wake)
        signal.signal(signal.SIGTERM, _ignore_but_wake)
        self._selector.register(self._channel, selectors.EVENT_READ)
        self._selector.register(self._wakeup, selectors.EVENT_READ)

    def serve(self) -> tuple[Launch, Template | None] | None:
        """Serve until the service is gone.

        Returns, in a forked child inside its sandbox, the launch to execute, and the template that the child was forked
        from. Returns None in the process itself, at the end.
        """
        while True:
            for key, _ in self._next_events():
                if key.fileobj is self._channel:
                    received = receive_launch(self._channel)
                    if received is None:
                        self._end_everything()
                        return None
                    child = self._start(*received)
                    if child is not None:
                        return child
                elif key.fd == self._wakeup:
                    if signal.SIGTERM in os.read(self._wakeup, 4096):
                        self._end_everything()
                        return None
                    self._reap()
                elif key.data in self._children:
                    self._forward_signal(self._children[key.data])

    def _next_events(self) -> list[tuple[selectors.SelectorKey, int]]:
        # Preloading takes seconds. It yields after each library, so that a job that comes early does not wait for it.
        while self._preloading and not self._preloading.is_finished:
            events = self._selector.select(timeout=0)
            if events:
                return events
            self._preloading.load_next()
        return self._selector.select()

    def _start(self, launch: Launch, descriptors: list[int]) -> tuple[Launch, Template | None] | None:
        control_descriptor, output, *inherited = descriptors
        control = socket.socket(fileno=control_descriptor)
        pid = os.fork()
        if pid == 0:
            self._close_in_child()
            control.close()
            template = self._preloading.settle() if self._preloading else None
            return enter_sandbox(launch, output, inherited), template
        # The child alone may hold these open: the service reads end of file when the last writer is gone.
        for descriptor in (output, *inherited):
            os.close(descriptor)
        self._children[pid] = _Child(pid, control)
        self._selector.register(control, selectors.EVENT_READ, data=pid)
        return None

    def _close_in_child(self) -> None:
        """Undo, in a child, the signal handling of the loop, and close its descriptors.

        A child that kept the channel or another job's control socket open would hide from both sides that the other
        one is gone.
        """
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

    def _forward_signal(self, child: _Child) -> None:
        try:
            request = child.control.recv(16)
        except ConnectionError:
            request = b""
        if not request or KILL in request:
            # Descendants in other process groups are reparented to this process when the child ends, and killed then.
            _send_to_group(child.pid, signal.SIGKILL)
        elif TERMINATE in request:
            _send_to_group(child.pid, signal.SIGTERM)
        if not request:
            self._selector.unregister(child.control)

    def _reap(self) -> None:
        # Several children can end while one SIGCHLD is pending, so wait until no ended child is left.
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
        # Each command is a subreaper: until it ended, it was the parent of its orphaned descendants. Now this process
        # is. Every child of it that is not a running command is therefore left over from the command that just ended.
        _kill_children(but=set(self._children))
        if child.control.fileno() in self._selector.get_map():
            self._selector.unregister(child.control)
        with contextlib.suppress(OSError):  # the service is gone, or has closed the process
            child.control.sendall(json.dumps({"code": 128 - code if code < 0 else code}).encode() + b"\n")
        child.control.close()

    def _end_everything(self) -> None:
        for child in self._children.values():
            _send_to_group(child.pid, signal.SIGKILL)
        _kill_children(but=set())


def _ignore_but_wake(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: with a handler in place, the signal writes a byte to the wake-up descriptor."""


def _send_to_group(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:  # the child has not called setsid() yet, or has ended
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _kill_children(but: set[int]) -> None:
    """Kill this process's children but for some, and the descendants that they leave behind."""
    # Rounds, because killing a child makes its own children ours: they are there to see in the next round only.
    for _ in range(_KILL_ROUNDS):
        remaining = namespaces.children_of_this_process() - but
        if not remaining:
            return
        for pid in remaining:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in remaining:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(_KILL_ROUND_SECONDS)
