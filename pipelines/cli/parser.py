"""An argument parser with a short usage line, grouped help, and suggestions for what is mistyped."""

import argparse
from collections.abc import Iterable
from typing import Any, NoReturn

from pipelines.errors import BadInput, did_you_mean


class UsageError(BadInput):
    """The command line cannot be parsed; ``usage`` is the command's usage line, and how to get its help."""

    def __init__(self, message: str, usage: str) -> None:
        self.usage = usage
        super().__init__(message)


class Formatter(argparse.HelpFormatter):
    """Help whose usage line names only what is required."""

    def _format_usage(self, usage: Any, actions: Iterable[argparse.Action], groups: Any, prefix: Any) -> str:
        del usage, groups
        words = [f"{'usage: ' if prefix is None else prefix}{self._prog}"]  # a command of a command has no prefix
        optional = False
        for action in actions:
            if not action.option_strings:
                words.append(self._format_args(action, self._get_default_metavar_for_positional(action)))
            elif action.required:
                value = self._format_args(action, self._get_default_metavar_for_optional(action))
                words.append(f"{action.option_strings[0]} {value}".rstrip())
            else:
                optional = True
        return " ".join([words[0], *(["[options]"] if optional else []), *words[1:]]) + "\n\n"


class Parser(argparse.ArgumentParser):
    """A parser that raises `UsageError` instead of ending the process."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": Formatter, "add_help": False, **options})
        self._optionals.title = "this command"
        self._positionals.title = "arguments"
        self.common = self.add_argument_group("common")
        self.common.add_argument("-h", "--help", action="help", help="show this help and exit")

    def error(self, message: str) -> NoReturn:
        """Refuse the command line."""
        usage = self.format_usage().strip()
        raise UsageError(message if message.endswith("?") else f"{message}.", f"{usage}\nHelp: {self.prog} --help")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, and refuse what is unknown where it stands, so that the command's own options are suggested."""
        options, unknown = super().parse_known_args(args, namespace)
        for word in unknown:
            known = self._option_string_actions if word.startswith("-") else ()
            self.error(f"there is no option {word}{did_you_mean(word.partition('=')[0], known)}")
        return options, unknown

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            listed = [str(choice) for choice in action.choices]
            hint = did_you_mean(str(value), listed) or f" (choose from {', '.join(listed)})"
            raise argparse.ArgumentError(action, f"invalid choice: {value!r}{hint}")
