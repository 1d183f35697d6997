"""``boostpipe COMMAND`` and ``python -m pipelines COMMAND``: every command of the workflow."""

import os
import sys
from collections.abc import Sequence

from pipelines.cli import console
from pipelines.cli.command import PROGRAM, run_command
from pipelines.cli.commands import COMMANDS, overview, root_parser
from pipelines.cli.console import Result
from pipelines.cli.parser import UsageError
from pipelines.errors import did_you_mean


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the first argument names, and return its exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if "_ARGCOMPLETE" in os.environ:  # the shell asks for completions
        import argcomplete

        argcomplete.autocomplete(root_parser())
    if given and given[0] in COMMANDS:
        return run_command(COMMANDS[given[0]], given[1:])
    return console.run(lambda: _without_command(given), given)


def _without_command(given: Sequence[str]) -> Result:
    if not given or given[0] in ("-h", "--help"):
        return Result(overview())
    raise UsageError(
        f"there is no command {given[0]}{did_you_mean(given[0], COMMANDS) or '.'}",
        f"usage: {PROGRAM} COMMAND [options]\nThe commands: {PROGRAM} --help",
    )


if __name__ == "__main__":
    sys.exit(main())
