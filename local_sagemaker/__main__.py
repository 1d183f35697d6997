"""The command ``local-sagemaker``, also run by ``python -m local_sagemaker``."""

import argparse
import json
import math
import os
import select
import shlex
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from local_sagemaker.core import disk
from local_sagemaker.core.errors import LocalServiceError, StateDirectoryError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], int] = chosen.run
        return run(chosen)
    except LocalServiceError as error:
        sys.stderr.write(f"{error}\n")
    except PermissionError as error:
        sys.stderr.write(f"You may not read {error.filename}. Does it belong to another user?\n")
    return 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="local-sagemaker", description="The API of Amazon SageMaker on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name: str, run: Callable[[argparse.Namespace], int], summary: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        command.set_defaults(run=run)
        return command

    serve = add("serve", _serve, "serve until Ctrl-C, and print the environment that AWS clients need")
    serve.add_argument("--port", type=_port, default=0, help="the port of the HTTP endpoint (default: any free port)")
    serve.add_argument("--region", default="us-east-1", help="the AWS region to emulate (default: %(default)s)")
    serve.add_argument(
        "--isolation",
        choices=("fork", "process"),
        default="fork",
        help="how jobs start: forked from a template process, or as new processes (default: %(default)s)",
    )
    serve.add_argument(
        "--keep-alive", type=_minutes, metavar="MINUTES", help="end after so long without use (default: never)"
    )
    status = add("status", _status, "print the address, the process and the use of the service that runs; exit 3: none")
    stop = add("stop", _stop, "end the service that runs, and all its jobs")
    logs = add("logs", _logs, "print the log of the service that runs in the background")
    for command in (serve, status, stop, logs):
        command.add_argument(
            "--state-dir",
            type=Path,
            default=Path(".sagemaker-local"),
            help="the folder of the service's state (default: %(default)s)",
        )
    add("supported", _supported, "print what is and is not supported, as Markdown")
    return parser


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0
    if not 0 < minutes < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a number of minutes above 0")
    return minutes


def _port(text: str) -> int:
    port = int(text) if text.isdecimal() else -1
    if not 0 <= port < 65536:
        raise argparse.ArgumentTypeError(f"{text} is not a port: use one from 1 to 65535, or 0 for any free port")
    return port


def _serve(chosen: argparse.Namespace) -> int:
    from local_sagemaker.core.access import CLEARED_VARIABLES
    from local_sagemaker.core.state_directory import RunningService
    from local_sagemaker.lifetime import open_service, stay

    opening = open_service(
        chosen.state_dir,
        chosen.region,
        chosen.isolation,
        port=chosen.port,
        own_process=True,
        keep_alive=chosen.keep_alive,
    )
    with _end_signals() as signals, ExitStack() as leaving, opening as service:
        defaults = _write_sdk_defaults(
            chosen.state_dir.resolve() / "sagemaker-sdk-defaults.yaml",
            bucket=f"sagemaker-{service.region}-{service.account_id}",
            image=f"081325390199.dkr.ecr.{service.region}.amazonaws.com/sagemaker-base-python-310:1.0",
            role_arn=service.role_arn,
        )
        more = {"SAGEMAKER_ROLE": service.role_arn, "SAGEMAKER_ADMIN_CONFIG_OVERRIDE": str(defaults)}
        sys.stdout.write(f"unset {' '.join(CLEARED_VARIABLES)}\n")
        for name, value in {**more, **service.environment}.items():
            sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
        sys.stdout.flush()
        if isinstance(service, RunningService):
            sys.stderr.write(f"A service already serves {chosen.state_dir}; the lines above send clients to it.\n")
            return 0
        serving = f"Serving {chosen.state_dir} at {service.endpoint_url}"
        if chosen.keep_alive is None:
            sys.stderr.write(f"{serving}; Ctrl-C ends it and all its jobs.\n")
            sys.stderr.write(f"A web page of its executions: boostpipe studio --state-dir {chosen.state_dir}\n")
            signals.recv(1)
            return 0
        _log(f"{serving} as process {os.getpid()}.")
        _log(f"Ended: {stay(service, chosen.keep_alive, lambda seconds: _is_readable(signals, seconds), leaving)}.")
    return 0


def _status(chosen: argparse.Namespace) -> int:
    from local_sagemaker.background import find

    running = find(chosen.state_dir)
    use = [f"{count} {name if count > 1 else name[:-1]}" for name, count in running.use.items() if count]
    minutes = running.keep_alive
    end = "does not end by itself" if minutes is None else f"ends after {minutes:g} minutes without use"
    sys.stdout.write(
        f"address:  {running.endpoint_url} ({running.region})\n"
        f"process:  {running.pid}, {end}\n"
        f"in use:   {', '.join(use) or 'no'}\n"
    )
    return 0


def _stop(chosen: argparse.Namespace) -> int:
    from local_sagemaker.background import find, stop

    running = find(chosen.state_dir)
    stop(chosen.state_dir.resolve(), running)
    sys.stdout.write(f"The service of {chosen.state_dir} (process {running.pid}) has ended.\n")
    return 0


def _logs(chosen: argparse.Namespace) -> int:
    from local_sagemaker.lifetime import LOG

    files = [path for name in (f"{LOG}.1", LOG) if (path := chosen.state_dir / name).is_file()]
    if not files:
        raise StateDirectoryError(f"No service has run in the background on {chosen.state_dir}, so there is no log.")
    for path in files:
        sys.stdout.write(path.read_text(errors="replace"))
    return 0


def _supported(_chosen: argparse.Namespace) -> int:
    from local_sagemaker.supported import as_markdown

    sys.stdout.write(as_markdown())
    return 0


def _log(message: str) -> None:
    sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {message}\n")
    sys.stderr.flush()


def _is_readable(channel: socket.socket, seconds: float) -> bool:
    return bool(select.select([channel], [], [], seconds)[0])


def _write_sdk_defaults(path: Path, *, bucket: str, image: str, role_arn: str) -> Path:
    """Write the SageMaker SDK's configuration file; returns its path.

    Without a default bucket in this file, versions 2 and 3 of the SDK ask STS for the account at AWS's own address,
    whatever ``AWS_ENDPOINT_URL`` is. It is the administrator's file, so a user's own file
    (``SAGEMAKER_USER_CONFIG_OVERRIDE``) overrides it.
    """
    role = {"RoleArn": role_arn}
    # Without an image of yours, ``@step`` and ``@remote`` choose one for Python 3.8 and 3.10 only, and fail elsewhere.
    function = {**role, "ImageUri": image}
    modules = {"TelemetryOptOut": True, "Session": {"DefaultS3Bucket": bucket}, "RemoteFunction": function}
    defaults = {
        "SchemaVersion": "1.0",
        "SageMaker": {
            "PythonSDK": {"Modules": modules},
            "Pipeline": role,
            "ProcessingJob": role,
            "TrainingJob": role,
            "Model": {"ExecutionRoleArn": role_arn},
        },
    }
    with disk.problems_reported(path.parent), disk.whole_file(path) as file:
        file.write(json.dumps(defaults, indent=2).encode())  # JSON is valid YAML
    return path


@contextmanager
def _end_signals() -> Iterator[socket.socket]:
    """A socket that receives a byte when Ctrl-C or SIGTERM asks this process to end."""
    # The kernel may deliver a signal to any thread, and Python's own handlers run in the main thread only, when it next
    # wakes. Python writes to the wake-up descriptor at once, in whichever thread the signal arrives.
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
