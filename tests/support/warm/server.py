"""The server of one group of preloaded modules: ``python -m tests.support.warm.server FOLDER GROUP DESCRIPTOR``.

It imports at its first command, forks a child for each, and reports the child's end to the command's client. It ends
when the socket DESCRIPTOR is closed at its other end.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import functools
import gc
import importlib
import marshal
import os
import runpy
import select
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.support.warm.client import REGION

_SDK = ("sagemaker.core.workflow.pipeline_context", "sagemaker.mlops.workflow.steps", "sagemaker.core.image_uris")
_ABOVE_ALL = 500
"""Descriptors of a command wait here until the server's own are closed."""


def _import_commands() -> None:
    import boto3
    import pandas as pd  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    from moto.moto_api._internal import mock_random

    from pipelines.__main__ import COMMANDS, load

    for name in COMMANDS:
        load(name)
    _import("pipelines.definition.checks", "local_sagemaker.assembly", "local_sagemaker.api.operations")
    _import("local_sagemaker.__main__")
    client = functools.partial(boto3.session.Session().client, region_name=REGION, aws_access_key_id="none")
    for service in ("sagemaker", "sagemaker-runtime", "s3", "sts", "iam", "logs"):
        client(service, aws_secret_access_key="none")
    os.register_at_fork(after_in_child=mock_random.seed)


def _import_sdk() -> None:
    os.environ.update(AWS_REGION=REGION, AWS_DEFAULT_REGION=REGION)  # it makes clients while it is imported
    _import(*(f"pipelines.definition.{name}" for name in ("dag", "build_process", "triggers")), *_SDK)


def _import(*modules: str) -> None:
    for module in modules:
        importlib.import_module(module)


def _import_libraries() -> None:
    _import("pandas", "pyarrow.parquet")


IMPORTS = {"commands": _import_commands, "libraries": _import_libraries, "sdk": _import_sdk}


def _prepare(group: str) -> None:
    """Import a group's modules, but none that a command runs as its main module."""
    import botocore.loaders

    # Read each of botocore's files once, however many sessions a command opens.
    botocore.loaders.create_loader = functools.cache(botocore.loaders.create_loader)
    IMPORTS[group]()
    gc.freeze()


class _Server:
    def __init__(self, folder: Path, group: str, parent: socket.socket) -> None:
        self._parent = parent
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(str(folder / group))
        self._listener.listen(100)
        parent.send(b".")
        self._folder, self._group = folder, group
        self._is_prepared = False
        self._commands: dict[int, socket.socket | None] = {}
        """Processes, and the connections of their clients."""

    def serve(self) -> Callable[[], None]:
        """Fork a child for each command; in the child, return the function that runs the command."""
        ended, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake)
        while True:
            clients = {client: child for child, client in self._commands.items() if client is not None}
            readable, _, _ = select.select([self._parent, self._listener, ended, *clients], [], [])
            if self._parent in readable:
                sys.exit()
            if ended in readable:
                os.read(ended, 1000)
                self._report_ended()
            for client in clients.keys() & set(readable):  # the client sends nothing: it was killed
                self._kill(clients[client])
            if self._listener in readable:
                run = self._fork()
                if run is not None:
                    signal.set_wakeup_fd(-1)
                    return run

    def _fork(self) -> Callable[[], None] | None:
        if not self._is_prepared:
            _prepare(self._group)
            self._is_prepared = True
        client, _ = self._listener.accept()
        data, descriptors, _, _ = socket.recv_fds(client, 1_000_000, 250)
        child = os.fork()
        if child == 0:
            return functools.partial(_run, self._folder / "python", descriptors, *marshal.loads(data))
        for each in descriptors:
            os.close(each)
        self._commands[child] = client
        client.send(str(child).encode())
        return None

    def _report_ended(self) -> None:
        for child, client in list(self._commands.items()):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                del self._commands[child]
                if client is not None:
                    with client, contextlib.suppress(OSError):
                        client.send(str(status).encode())

    def _kill(self, child: int) -> None:
        client = self._commands.get(child)
        if client is not None:
            self._commands[child] = None
            os.kill(child, signal.SIGKILL)
            client.close()


def _run(
    python: Path,
    received: list[int],
    arguments: list[str],
    safe_path: bool,
    folder: str,
    variables: dict[str, str],
    numbers: list[int],
) -> None:
    """Make this process the command ``python -m ARGUMENTS``."""
    kept = [fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, _ABOVE_ALL) for each in received]
    os.closerange(0, _ABOVE_ALL)
    for each, number in zip(kept, numbers, strict=True):
        os.dup2(each, number)
        os.close(each)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()
    sys.executable = str(python)
    sys.argv = arguments
    sys.path[:1] = [*([] if safe_path else [folder]), *filter(None, variables.get("PYTHONPATH", "").split(os.pathsep))]
    with contextlib.suppress(ModuleNotFoundError):
        importlib.import_module("sitecustomize")
    sys.stdin = sys.__stdin__ = os.fdopen(0, closefd=False)
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", 1 if os.isatty(1) else -1, closefd=False)
    sys.stderr = sys.__stderr__ = os.fdopen(2, "w", 1, errors="backslashreplace", closefd=False)
    code = _exit_code(arguments[0])
    threading._shutdown()
    atexit._run_exitfuncs()
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    os._exit(code)  # to free all the server's objects, too, would take longer than most commands


def _exit_code(module: str) -> int:
    sys.modules.pop(module, None)
    sys.modules.pop(f"{module}.__main__", None)
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code is not None and not isinstance(end.code, int):
            sys.stderr.write(f"{end.code}\n")
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - an interpreter prints it, too
        traceback.print_exc()
        return 1
    return 0


def _main() -> None:
    folder, group, parent = sys.argv[1:]
    _Server(Path(folder), group, socket.socket(fileno=int(parent))).serve()()


if __name__ == "__main__":
    _main()
