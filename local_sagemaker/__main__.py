"""``python -m local_sagemaker serve`` and ``python -m local_sagemaker supported``."""

from __future__ import annotations

import argparse
import shlex
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from local_sagemaker.core.errors import LocalServiceError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; answers the exit code."""
    chosen = _parser().parse_args(arguments)
    if chosen.verb == "supported":
        from local_sagemaker.supported import as_markdown

        sys.stdout.write(as_markdown())
        return 0
    try:
        return _serve(chosen)
    except LocalServiceError as error:
        sys.stderr.write(f"{error}\n")
        return 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local_sagemaker", description="SageMaker on this machine.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    serve = verbs.add_parser("serve", help="serve until Ctrl-C, and print the environment that sends AWS clients here")
    serve.add_argument("--port", type=_port, default=0, help="of the HTTP endpoint (default: any that is free)")
    serve.add_argument("--state-dir", type=Path, default=Path(".sagemaker-local"), help="where everything stays")
    serve.add_argument("--region", default="us-east-1", help="the region that it plays (default: %(default)s)")
    serve.add_argument(
        "--isolation",
        choices=("fork", "process"),
        default="fork",
        help="how jobs start: forked from a template process, or as plain processes (default: %(default)s)",
    )
    verbs.add_parser("supported", help="print what is and is not supported, as Markdown")
    return parser


def _port(text: str) -> int:
    port = int(text) if text.isdecimal() else -1
    if not 0 <= port < 65536:
        raise argparse.ArgumentTypeError(f"{text} is no port: use one from 1 to 65535, or 0 for any that is free")
    return port


def _serve(chosen: argparse.Namespace) -> int:
    from local_sagemaker import sdk_defaults
    from local_sagemaker.core.state_directory import RunningService
    from local_sagemaker.lifetime import open_service

    with (
        _end_signals() as signals,
        open_service(chosen.state_dir, chosen.region, chosen.isolation, port=chosen.port) as service,
    ):
        defaults = sdk_defaults.write(
            chosen.state_dir.resolve(),
            region=service.region,
            account_id=service.account_id,
            role_arn=service.role_arn,
        )
        more = {"SAGEMAKER_ROLE": service.role_arn, sdk_defaults.VARIABLE: str(defaults)}
        for name, value in {**more, **service.environment}.items():
            sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
        sys.stdout.flush()
        if isinstance(service, RunningService):
            sys.stderr.write(f"A service already serves {chosen.state_dir}; the lines above send clients to it.\n")
            return 0
        sys.stderr.write(f"Serving {chosen.state_dir} at {service.endpoint_url}; Ctrl-C ends it and all its jobs.\n")
        signals.recv(1)
    return 0


@contextmanager
def _end_signals() -> Iterator[socket.socket]:
    """A socket from which can be read when someone asks this process to end: Ctrl-C or SIGTERM.

    The kernel may hand a signal to any thread, and Python's own handlers run in the main thread only, when it next
    wakes; the wake-up descriptor is written to at once, whichever thread it was.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)  # noqa: FBT003 - its only way
    with closing(reader), closing(writer):
        before = signal.set_wakeup_fd(writer.fileno())
        handlers = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield reader
        finally:
            signal.set_wakeup_fd(before)
            for number, handler in handlers.items():
                signal.signal(number, handler)


if __name__ == "__main__":
    raise SystemExit(main())
