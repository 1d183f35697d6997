"""``boostpipe completion``: prints what makes a shell complete commands, options and their choices."""

import argparse

from pipelines.cli.common.command import PROGRAM, Command
from pipelines.cli.common.console import Parser, Result
from pipelines.settings.fields import Settings


def _options(parser: Parser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="your shell")


def _run(options: argparse.Namespace, settings: Settings) -> Result:  # noqa: ARG001 - it has no settings
    from argcomplete.shell_integration import shellcode

    script = shellcode([PROGRAM], shell=options.shell)
    return Result(script, {"shell": options.shell, "script": script})


COMMAND = Command(
    name="completion",
    summary="print the script that makes your shell complete commands and options",
    description=f'Print a completion script. In ~/.bashrc or ~/.zshrc: eval "$({PROGRAM} completion bash)"; '
    f"in fish: {PROGRAM} completion fish | source",
    options=_options,
    run=_run,
)
