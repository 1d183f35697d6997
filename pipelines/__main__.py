"""``boostpipe COMMAND`` and ``python -m pipelines COMMAND``: every command of the workflow."""

import os
import sys
from collections.abc import Mapping, Sequence

from pipelines.cli import (
    batch,
    compare,
    completion,
    console,
    doctor,
    endpoint,
    estimate,
    executions,
    infra,
    prices,
    run,
    schedule,
    teardown,
)
from pipelines.cli.command import PROGRAM, Command, run_command
from pipelines.cli.console import Result
from pipelines.cli.parser import Parser, UsageError
from pipelines.errors import did_you_mean

GROUPS: Mapping[str, tuple[Command, ...]] = {
    "Build and run": (run.COMMAND, estimate.COMMAND, schedule.COMMAND, executions.COMMAND),
    "Predict": (endpoint.COMMAND, batch.COMMAND, compare.COMMAND),
    "Manage what a pipeline needs and leaves": (doctor.COMMAND, prices.COMMAND, infra.COMMAND, teardown.COMMAND),
    "Set up": (completion.COMMAND,),
}
COMMANDS = {command.name: command for group in GROUPS.values() for command in group}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the first argument names, and return its exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if "_ARGCOMPLETE" in os.environ:  # the shell asks for completions
        import argcomplete

        argcomplete.autocomplete(_root_parser())
    if given and given[0] in COMMANDS:
        return run_command(COMMANDS[given[0]], given[1:])
    return console.run(lambda: _without_command(given), given)


def _without_command(given: Sequence[str]) -> Result:
    if not given or given[0] in ("-h", "--help"):
        return Result(_overview())
    raise UsageError(
        f"there is no command {given[0]}{did_you_mean(given[0], COMMANDS) or '.'}",
        f"usage: {PROGRAM} COMMAND [options]\nThe commands: {PROGRAM} --help",
    )


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"usage: {PROGRAM} COMMAND [options]"]
    for title, commands in GROUPS.items():
        lines += ["", f"{title}:", *(f"  {command.name:<{width}}  {command.summary}" for command in commands)]
    lines += ["", f"Options of a command: {PROGRAM} COMMAND --help. First run: {PROGRAM} run --upsert --start"]
    return "\n".join(lines) + "\n"


def _root_parser() -> Parser:
    parser = Parser(prog=PROGRAM)
    children = parser.add_subparsers()
    for command in COMMANDS.values():
        command.add_to(children.add_parser(command.name, help=command.summary))
    return parser


if __name__ == "__main__":
    sys.exit(main())
