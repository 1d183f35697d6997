"""``boostpipe COMMAND`` and ``python -m pipelines COMMAND``: every command of the workflow."""

import importlib
import os
import sys
from collections.abc import Mapping, Sequence

from pipelines.cli.common import console
from pipelines.cli.common.command import PROGRAM, Command, run_command
from pipelines.cli.common.console import Parser, Result, UsageError
from pipelines.errors import did_you_mean

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Describe your own table": ("dataset",),
    "Build and run": ("run", "estimate", "schedule", "executions", "export", "studio"),
    "Predict and watch": ("endpoint", "batch", "compare", "monitor"),
    "Manage what a pipeline needs and leaves": ("doctor", "prices", "infra", "teardown"),
    "Set up": ("lab", "completion"),
}
IN_A_ROOM = {name: f"{name}.command" for name in ("endpoint", "executions", "run")} | {"schedule": "run.schedule"}
"""Commands whose file is in a room of ``cli``; each other command is in the file of its name."""
COMMANDS = tuple(name for group in GROUPS.values() for name in group)


def load(name: str) -> Command:
    """Import a command; the others would take a third of the time of ``executions list``."""
    command: Command = importlib.import_module(f"pipelines.cli.{IN_A_ROOM.get(name, name)}").COMMAND
    return command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the first argument names, and return its exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if "_ARGCOMPLETE" in os.environ:  # the shell requests completions
        import argcomplete

        argcomplete.autocomplete(_root_parser())
    if given and given[0] in COMMANDS:
        return run_command(load(given[0]), given[1:])
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
        lines += ["", f"{title}:", *(f"  {name:<{width}}  {load(name).summary}" for name in commands)]
    lines += ["", f"Options of a command: {PROGRAM} COMMAND --help. First run: {PROGRAM} run --upsert --start"]
    return "\n".join(lines) + "\n"


def _root_parser() -> Parser:
    parser = Parser(prog=PROGRAM)
    children = parser.add_subparsers()
    for command in map(load, COMMANDS):
        command.add_to(children.add_parser(command.name, help=command.summary))
    return parser


if __name__ == "__main__":
    sys.exit(main())
