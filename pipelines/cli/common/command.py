"""How a command is declared and run."""

from __future__ import annotations

import argparse
import contextlib
import logging
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from pipelines.cli.common import console
from pipelines.cli.common.console import Parser, Result
from pipelines.cli.common.options import EXIT_CODES, add_common, add_settings, settings_of
from pipelines.cli.common.rendering import words
from pipelines.settings.fields import Settings
from pipelines.target import opening
from pipelines.target.connection import Choice, CommandContext

PROGRAM = "boostpipe"

logger = logging.getLogger("pipelines")


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command, or several under one name."""

    name: str
    summary: str
    """One phrase for lists of commands, without a full stop."""
    run: Callable[[argparse.Namespace, Settings], Result] | None = None
    options: Callable[[Parser], None] | None = None
    """Adds the command's own options to its parser."""
    settings: Collection[str] = ()
    """Names of the settings that are options of this command."""
    description: str = ""
    exit_codes: str = EXIT_CODES
    commands: tuple[Command, ...] = ()
    """The commands under this name, instead of ``run``."""

    def parser(self, prog: str = "") -> Parser:
        """Build the parser of the command line."""
        parser = Parser(prog=prog or f"{PROGRAM} {self.name}")
        self.add_to(parser)
        return parser

    def add_to(self, parser: Parser) -> None:
        """Fill a parser with the command's description and options."""
        parser.description = self.description or f"{self.summary[0].upper()}{self.summary[1:]}."
        parser.epilog = self.exit_codes
        if self.commands:
            children = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", title="commands")
            for command in self.commands:
                command.add_to(children.add_parser(command.name, help=command.summary))
            return
        add_common(parser.common)
        if self.options:
            self.options(parser)
        add_settings(parser, self.settings)
        parser.set_defaults(run=self.run)


def run_command(command: Command, arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, run the command, print its result, and return the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)

    def body() -> Result:
        options = command.parser().parse_args(given)
        settings = settings_of(options)
        if settings.lang != "en":
            console.translate_log(words(settings.lang))
        result: Result = options.run(options, settings)
        return result

    return console.run(body, given)


def on_target(
    function: Callable[[CommandContext, argparse.Namespace], Result],
) -> Callable[[argparse.Namespace, Settings], Result]:
    """Run a function with the context of the target."""

    def run(options: argparse.Namespace, settings: Settings) -> Result:
        with opened(settings) as context:
            return function(context, options)

    return run


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[CommandContext]:
    """Choose the target, log the choice, and connect."""
    with opening.open_context(settings, choose(settings)) as context:
        yield context


def choose(settings: Settings) -> Choice:
    """Choose the target, and log the choice."""
    choice = opening.choose(settings)
    logger.info("Target: %s, because %s.", choice.name, choice.why)
    return choice
