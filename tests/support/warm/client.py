"""The program `tests.support.warm.python`: hands its command to a server, and ends as the command ends.

It runs without the standard library's ``site``, and imports only modules that a bare interpreter has or that are in C.
"""

import _signal
import _socket
import marshal
import os
import sys

PRELOADED = {
    "pipelines": "commands",
    "pipelines.run": "commands",
    "local_sagemaker": "commands",
    "processing_scripts.chunks.writer": "libraries",
    "processing_scripts.inference": "libraries",
    "processing_scripts.parts": "libraries",
    "processing_scripts.reading.header": "libraries",
    "pipelines.definition.build_process": "sdk",
    "pipelines.definition.triggers": "sdk",
}
"""The modules that a server runs, and which server. ``libraries`` has no code of ours, as a model brings its own."""
REGION = "us-east-1"
"""The region for which the SDK is imported: it reads it while it is imported."""
_SIGNALS = (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP, _signal.SIGQUIT, _signal.SIGUSR1, _signal.SIGUSR2)
_FREE_TO_CHANGE = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONUTF8")


def interpreter_variables(variables):
    """The variables that an interpreter reads when it starts, but those of an ordinary locale, which is UTF-8."""
    return {
        name: value
        for name, value in variables.items()
        if (name.startswith("PYTHON") and name not in _FREE_TO_CHANGE)
        or (name.startswith(("LANG", "LC_")) and value not in ("C", "POSIX") and not value.upper().endswith("UTF-8"))
    }


def _main():
    arguments = sys.argv[1:]
    safe = arguments[:1] == ["-P"]
    group = PRELOADED.get(arguments[1 + safe]) if arguments[safe : 1 + safe] == ["-m"] else None
    other_region = group == "sdk" and os.environ.get("AWS_REGION") != REGION
    folder = sys.argv[0].rpartition("/")[0]
    with open(f"{folder}/interpreter", "rb") as file:  # noqa: PTH123
        same_interpreter = marshal.load(file) == interpreter_variables(os.environ)
    if group is None or other_region or not same_interpreter or os.environ.get("COLD_COMMANDS"):
        os.execv(sys.executable, [sys.executable, *arguments])
    descriptors = [int(name) for name in os.listdir("/proc/self/fd")]  # noqa: PTH208 - pathlib takes long to import
    server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    server.connect(f"{folder}/{group}")
    descriptors = [each for each in descriptors if each != server.fileno() and _is_open(each)]
    folder = os.getcwd()  # noqa: PTH109
    request = (arguments[1 + safe :], safe, folder, dict(os.environ), descriptors)
    numbers = b"".join(each.to_bytes(4, sys.byteorder) for each in descriptors)
    server.sendmsg([marshal.dumps(request)], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, numbers)])
    child = int(server.recv(100))
    for number in _SIGNALS:
        _signal.signal(number, lambda number, _frame: _send(child, number))
    status = int(server.recv(100) or 256)
    if os.WIFSIGNALED(status):
        _signal.signal(os.WTERMSIG(status), _signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status))


def _send(child, number):
    try:
        os.kill(child, number)
    except ProcessLookupError:
        return


def _is_open(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    _main()
