"""The command ``local-sagemaker``, also run by ``python -m local_sagemaker``: ``serve`` and ``supported``."""

import argparse
import json
import shlex
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from local_sagemaker.core.errors import LocalServiceError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    chosen = _parser().parse_args(arguments)
    if chosen.command == "supported":
        from local_sagemaker.supported import as_markdown

        sys.stdout.write(as_markdown())
        return 0
    try:
        return _serve(chosen)
    except LocalServiceError as error:
        sys.stderr.write(f"{error}\n")
        return 3


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="local-sagemaker", description="The API of Amazon SageMaker on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve until Ctrl-C; prints the environment that AWS clients need")
    serve.add_argument("--port", type=_port, default=0, help="the port of the HTTP endpoint (default: any free port)")
    serve.add_argument(
        "--state-dir",
        type=Path,
        default=Path(".sagemaker-local"),
        help="the folder of the service's state (default: %(default)s)",
    )
    serve.add_argument("--region", default="us-east-1", help="the AWS region to emulate (default: %(default)s)")
    serve.add_argument(
        "--isolation",
        choices=("fork", "process"),
        default="fork",
        help="how jobs start: forked from a template process, or as new processes (default: %(default)s)",
    )
    commands.add_parser("supported", help="print what is and is not supported, as Markdown")
    return parser


def _port(text: str) -> int:
    port = int(text) if text.isdecimal() else -1
    if not 0 <= port < 65536:
        raise argparse.ArgumentTypeError(f"{text} is not a port: use one from 1 to 65535, or 0 for any free port")
    return port


def _serve(chosen: argparse.Namespace) -> int:
    from local_sagemaker.core.state_directory import RunningService
    from local_sagemaker.lifetime import open_service

    with (
        _end_signals() as signals,
        open_service(chosen.state_dir, chosen.region, chosen.isolation, port=chosen.port) as service,
    ):
        defaults = _write_sdk_defaults(
            chosen.state_dir.resolve() / "sagemaker-sdk-defaults.yaml",
            bucket=f"sagemaker-{service.region}-{service.account_id}",
            role_arn=service.role_arn,
        )
        more = {"SAGEMAKER_ROLE": service.role_arn, "SAGEMAKER_ADMIN_CONFIG_OVERRIDE": str(defaults)}
        for name, value in {**more, **service.environment}.items():
            sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
        sys.stdout.flush()
        if isinstance(service, RunningService):
            sys.stderr.write(f"A service already serves {chosen.state_dir}; the lines above send clients to it.\n")
            return 0
        sys.stderr.write(f"Serving {chosen.state_dir} at {service.endpoint_url}; Ctrl-C ends it and all its jobs.\n")
        signals.recv(1)
    return 0


def _write_sdk_defaults(path: Path, *, bucket: str, role_arn: str) -> Path:
    """Write the SageMaker SDK's configuration file; returns its path.

    Without a default bucket in this file, versions 2 and 3 of the SDK ask STS for the account at AWS's own address,
    whatever ``AWS_ENDPOINT_URL`` is. It is the administrator's file, so a user's own file
    (``SAGEMAKER_USER_CONFIG_OVERRIDE``) overrides it.
    """
    role = {"RoleArn": role_arn}
    modules = {"TelemetryOptOut": True, "Session": {"DefaultS3Bucket": bucket}, "RemoteFunction": role}
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
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(defaults, indent=2))  # JSON is valid YAML
    partial.replace(path)
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
