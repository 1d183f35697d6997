"""``boostpipe studio``: a web page over the target's pipelines."""

import argparse
import contextlib
import importlib.util
import logging
import webbrowser

from pipelines.cli.common.command import Command, on_target
from pipelines.cli.common.console import Parser, Result
from pipelines.cli.common.options import CONNECTION, DEPLOYMENT, whole_number
from pipelines.errors import missing_package
from pipelines.target.connection import CommandContext

PORT = 8790
PACKAGES = ("starlette", "uvicorn", "jinja2")

logger = logging.getLogger("pipelines")


def _options(parser: Parser) -> None:
    port = whole_number(0, 65535)
    parser.add_argument("--port", type=port, default=PORT, metavar="N", help=f"0 is any free one (default: {PORT})")
    parser.add_argument("--read-only", action="store_true", help="show no action, and refuse all of them")
    parser.add_argument("--no-browser", action="store_true", help="print the address and open no browser")


def _run(context: CommandContext, options: argparse.Namespace) -> Result:
    for package in PACKAGES:
        if importlib.util.find_spec(package) is None:
            raise missing_package(package, extra="studio")
    from pipelines.studio.server import serve

    def opened(address: str) -> None:
        logger.info("The page: %s (this address works once; Ctrl-C ends the page)", address)
        if not options.no_browser:
            webbrowser.open(address)

    def announce(address: str) -> None:
        logger.info("For another browser: %s", address)

    with contextlib.suppress(KeyboardInterrupt):  # the way to end it
        serve(context, options.port, read_only=options.read_only, announce=announce, opened=opened)
    return Result("", {})


COMMAND = Command(
    name="studio",
    summary="open a web page that shows pipelines, executions and logs",
    description=(
        "Open a web page that shows the executions of all pipelines of the target, live: their graphs, logs, metrics "
        "and reports; registered models and endpoints. Only this machine can reach it. The settings of endpoints are "
        "for those that are deployed on the page."
    ),
    options=_options,
    settings=(*CONNECTION, "prices", "data", "trusted_code", "hosting_instance_type", *DEPLOYMENT),
    run=on_target(_run),
)
