"""``python -m pipelines executions list|describe|steps|logs|stop|retry|wait|compare``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from pipelines.cli import console
from pipelines.cli.options import EXIT_CODES, add_common, add_settings, settings_of

SETTINGS = {"target", "pipeline_name", "role_arn", "region", "bucket", "stack", "state_dir", "isolation"}
WHICH = "its id, display name or ARN; latest (the default) is the one that was started last"


def main(arguments: list[str] | None = None) -> int:
    """Run the command and give its exit code."""
    options = parser().parse_args(arguments)
    return console.carry_out(lambda: _connected(options), verbose=options.verbose)


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    command = argparse.ArgumentParser(
        prog="python -m pipelines executions",
        description="List, describe, compare, follow, stop and retry the executions of a pipeline.",
        epilog=EXIT_CODES,
    )
    verbs = command.add_subparsers(dest="verb", required=True, metavar="VERB")
    add = _adder(verbs)
    add("list", "the executions, the latest first").add_argument(
        "--limit", type=int, default=20, metavar="N", help="at most so many (default: 20)"
    )
    _add_which(add("describe", "parameters, steps, metrics, reasons of failures, links"))
    _add_which(add("steps", "the steps: status, time, what they made"))
    logs = add("logs", "the whole log of a step")
    logs.add_argument("step", metavar="STEP", help="name of the step, such as Preprocess")
    logs.add_argument("--last", type=int, metavar="N", help="only the last so many lines of each log stream")
    _add_which(logs)
    _add_waiting(add("stop", "stop it: nothing more starts, and what runs is stopped"))
    _add_waiting(add("retry", "take up a failed or stopped one where it ended"))
    wait = add("wait", "follow it to its end, however long that takes")
    _add_which(wait)
    _add_interval(wait)
    compare = add("compare", "metrics and settings of two, side by side")
    compare.add_argument("one", metavar="A", help=WHICH)
    compare.add_argument("other", metavar="B", help="the other one")
    return command


def _adder(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> Callable[..., argparse.ArgumentParser]:
    def add(name: str, meaning: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=meaning, description=meaning, epilog=EXIT_CODES)
        add_common(added)
        add_settings(added, SETTINGS)
        return added

    return add


def _add_which(command: argparse.ArgumentParser) -> None:
    command.add_argument("execution", nargs="?", default="latest", metavar="EXECUTION", help=WHICH)


def _add_waiting(command: argparse.ArgumentParser) -> None:
    _add_which(command)
    command.add_argument(
        "--wait",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="follow it to its end (default: on this machine yes, on AWS no)",
    )
    _add_interval(command)


def _add_interval(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--interval", type=float, metavar="SECONDS", help="between two looks (default: 0.2 on this machine, 10 on AWS)"
    )


def _connected(options: argparse.Namespace) -> int:
    from pipelines.cli.executions_commands import VERBS
    from pipelines.execution.lookup import find
    from pipelines.target import choose, open_context

    settings = settings_of(options)
    with open_context(settings, choose(settings)) as context:
        if "execution" in options:
            options.arn = find(context.sagemaker, settings.pipeline_name, options.execution)
        return VERBS[options.verb](context, options)


if __name__ == "__main__":
    sys.exit(main())
