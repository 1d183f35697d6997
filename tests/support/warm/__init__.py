"""Python commands that start in milliseconds: forked from a process that has imported what they need.

A command of the workflow spends most of its time on imports, and the tests start hundreds. `python` names a program to
use in place of ``sys.executable``. It hands ``-m MODULE`` to a server for the modules in `PRELOADED`. Everything else,
and a command with another locale or other variables of Python, it runs in a new interpreter. Either way the command is
a process of its own, with the caller's arguments, variables, working folder, descriptors and signals.

With ``COLD_COMMANDS=1`` in the environment every command starts in a new interpreter, as for users. Tests of processes
use ``sys.executable``: a command of `python` is not a child of the process that was started.
"""

from __future__ import annotations

import marshal
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.warm.client import PRELOADED, interpreter_variables

FOLDER = "WARM_COMMANDS"
"""The variable that tells the processes of pytest-xdist where the servers are, which they share."""
_servers: list[tuple[subprocess.Popen[bytes], socket.socket]] = []
"""The servers of this process, and sockets to them: a server ends with its socket, however this process ends."""


def start() -> None:
    """Start the servers, which import nothing before the first command, unless this process has a parent's."""
    works_here = sys.platform == "linux" and " " not in sys.executable  # which is in a line beginning with #!
    if FOLDER in os.environ or os.environ.get("COLD_COMMANDS") or not works_here:
        return
    folder = Path(tempfile.mkdtemp(prefix="warm-"))
    client = Path(__file__).with_name("client.py").read_text(encoding="utf-8")
    python = folder / "python"
    python.write_text(f"#!{sys.executable} -IS\n{client}", encoding="utf-8")
    python.chmod(0o755)
    # Jobs find it on their path when they start a process of their own.
    python3 = folder / "python3"
    python3.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', encoding="utf-8")
    python3.chmod(0o755)
    (folder / "interpreter").write_bytes(marshal.dumps(interpreter_variables(os.environ)))
    for group in sorted(set(PRELOADED.values())):
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "tests.support.warm.server", str(folder), group, str(theirs.fileno())]
            root = Path(__file__).parents[3]
            server = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=root, start_new_session=True)
        ours.recv(1)  # it listens
        _servers.append((server, ours))
    os.environ[FOLDER] = str(folder)


def stop() -> None:
    """End the servers that this process started."""
    for server, connection in _servers:
        connection.close()
        server.wait()
    if _servers:
        shutil.rmtree(os.environ.pop(FOLDER))
        _servers.clear()


def python() -> str:
    """The program to use in place of ``sys.executable``."""
    folder = os.environ.get(FOLDER)
    return str(Path(folder, "python")) if folder else sys.executable
