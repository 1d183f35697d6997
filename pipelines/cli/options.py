"""The options of the verbs, made from the table of settings."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable, Container
from pathlib import Path
from typing import Any

from pipelines.settings import Settings, from_values, option_name

EXIT_CODES = "exit codes: 0 success, 1 the execution failed, 2 bad usage or bad input, 3 the environment"


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    command = argparse.ArgumentParser(
        prog="python -m pipelines.run",
        description="Build the Seoul bike demand pipeline, upsert it and start it: on Amazon SageMaker, or here.",
        epilog=EXIT_CODES,
    )
    _add_verbs(command)
    add_settings(command, {setting.name for setting in dataclasses.fields(Settings)})
    return command


def _add_verbs(command: argparse.ArgumentParser) -> None:
    command.add_argument("--upsert", action="store_true", help="create the pipeline, or update it")
    command.add_argument("--start", action="store_true", help="start an execution")
    command.add_argument(
        "--wait",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="follow the execution to its end (default: on this machine yes, on AWS no)",
    )
    command.add_argument(
        "--schedule",
        metavar='"cron(...)"|"rate(...)"|off',
        help="start the pipeline by itself, with the parameters of this command, in UTC; off ends that",
    )
    command.add_argument(
        "--estimate", action="store_true", help="say what an execution costs on AWS and how long it takes, per step"
    )
    command.add_argument("--dry-run", action="store_true", help="print the definition and do nothing else")
    add_common(command)
    command.add_argument(
        "--parameter",
        action="append",
        default=[],
        type=pair("parameter"),
        metavar="NAME=VALUE",
        help="a pipeline parameter of this execution (repeatable)",
    )
    command.add_argument("--execution-name", metavar="NAME", help="display name of the execution")


def add_common(command: argparse.ArgumentParser) -> None:
    """Give a command what every verb has: ``--json`` and ``-v``."""
    command.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    command.add_argument("-v", "--verbose", action="store_true", help="say more on stderr, tracebacks included")


def add_settings(command: argparse.ArgumentParser, names: Container[str]) -> None:
    """Give a command the options of the named settings (`Settings` has the names)."""
    group = command.add_argument_group("settings")
    for setting in dataclasses.fields(Settings):
        if setting.name not in names:
            continue
        if setting.name == "tags":
            group.add_argument(
                "--tag",
                dest="tags",
                action="append",
                type=pair("tag"),
                metavar="KEY=VALUE",
                help="a tag of everything that is made (repeatable)",
            )
            continue
        if isinstance(setting.default, bool):
            group.add_argument(option_name(setting), action="store_true", default=None, help=_help(setting))
            continue
        group.add_argument(
            option_name(setting),
            default=None,
            type=_reader(setting),
            choices=setting.metadata["choices"] or None,
            metavar=setting.metadata["metavar"],
            help=_help(setting),
        )


def settings_of(options: argparse.Namespace) -> Settings:
    """Make settings of a parsed command line and the environment.

    Raises
    ------
    BadInput
        A value that no run could use.
    """
    values = vars(options)
    return from_values({**values, "tags": tuple(values["tags"]) if values.get("tags") else None})


def _help(setting: dataclasses.Field[Any]) -> str:
    if isinstance(setting.default, bool):
        return str(setting.metadata["help"])
    default = ",".join(setting.default) if isinstance(setting.default, tuple) else setting.default
    variable = setting.metadata["env"]
    parts = ([f"default: {default}"] if default not in (None, "") else []) + ([f"env: {variable}"] if variable else [])
    remarks = f" ({'; '.join(parts)})" if parts else ""
    return f"{setting.metadata['help']}{remarks}"


def _reader(setting: dataclasses.Field[Any]) -> Callable[[str], Any]:
    if isinstance(setting.default, tuple):
        return lambda text: tuple(name.strip() for name in text.split(","))
    if isinstance(setting.default, Path):
        return Path
    return type(setting.default) if isinstance(setting.default, int | float) else str


def pair(what: str) -> Callable[[str], tuple[str, str]]:
    """Read ``NAME=VALUE``."""

    def read(text: str) -> tuple[str, str]:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise argparse.ArgumentTypeError(f"{text!r} is not a {what} of the form NAME=VALUE")
        return name, value

    return read
