"""The launcher process: ``python -m local_sagemaker.containers DESCRIPTOR [--preload]``.

It starts the commands of jobs, one forked child each. With ``--preload`` it is the template: it imports the libraries
that containers use, and a command that starts Python runs in the forked child itself. Every other command replaces its
child.
"""

import sys

# Taken before any other import: these are the modules that a bare interpreter has loaded.
_AT_STARTUP = frozenset(sys.modules)

import argparse  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402

from local_sagemaker.containers import stand_in  # noqa: E402
from local_sagemaker.containers.process import namespaces  # noqa: E402
from local_sagemaker.containers.process.exec_command import Become, execute  # noqa: E402
from local_sagemaker.containers.process.fork_server import ForkServer  # noqa: E402
from local_sagemaker.containers.process.template import Preloading  # noqa: E402


def main() -> None:
    """Serve one service, named by the descriptor of a connected socket."""
    parser = argparse.ArgumentParser()
    parser.add_argument("descriptor", type=int)
    parser.add_argument("--preload", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is for the service, which then closes us
    namespaces.become_subreaper()
    preloading = Preloading(_AT_STARTUP) if options.preload else None
    child = ForkServer(socket.socket(fileno=options.descriptor), preloading).serve()
    if child is None:
        return
    launch, template = child
    # From here on, this is a forked child. A stand-in that runs the user's script forks again, and that grandchild
    # unwinds to here as well: each command starts on an empty stack, without the frames of what it was forked from.
    while True:
        try:
            execute(launch, template, stand_in.main)
        except Become as forked:
            launch = forked.launch


if __name__ == "__main__":
    main()
