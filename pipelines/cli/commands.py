"""All commands, in groups."""

from collections.abc import Mapping

from pipelines.cli import (
    batch,
    compare,
    completion,
    doctor,
    endpoint,
    estimate,
    executions,
    infra,
    run,
    schedule,
    teardown,
)
from pipelines.cli.command import PROGRAM, Command
from pipelines.cli.parser import Parser

GROUPS: Mapping[str, tuple[Command, ...]] = {
    "Build and run": (run.COMMAND, estimate.COMMAND, schedule.COMMAND, executions.COMMAND),
    "Predict": (endpoint.COMMAND, batch.COMMAND, compare.COMMAND),
    "Manage what a pipeline needs and leaves": (doctor.COMMAND, infra.COMMAND, teardown.COMMAND),
    "Set up": (completion.COMMAND,),
}
COMMANDS = {command.name: command for group in GROUPS.values() for command in group}


def overview() -> str:
    """List the commands with a phrase each."""
    width = max(map(len, COMMANDS))
    lines = [f"usage: {PROGRAM} COMMAND [options]"]
    for title, commands in GROUPS.items():
        lines += ["", f"{title}:", *(f"  {command.name:<{width}}  {command.summary}" for command in commands)]
    lines += ["", f"Options of a command: {PROGRAM} COMMAND --help. First run: {PROGRAM} run --upsert --start"]
    return "\n".join(lines) + "\n"


def root_parser() -> Parser:
    """Build the parser of the whole command line, for completion."""
    parser = Parser(prog=PROGRAM)
    children = parser.add_subparsers()
    for command in COMMANDS.values():
        command.add_to(children.add_parser(command.name, help=command.summary))
    return parser
