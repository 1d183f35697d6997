"""The options of a SageMaker project's commands: a module with ``get_pipeline``, and its arguments."""

import argparse
import ast
import contextlib
import importlib
import json
import sys
from typing import Any

from pipelines.errors import BadInput

MODULE = "pipelines.seoul_bike.pipeline"


def add_module(command: argparse.ArgumentParser) -> None:
    """Add the options that name a pipeline, spelled as the seed code spells them."""
    command.add_argument("-n", "--module-name", default=MODULE, help=f"module with get_pipeline (default: {MODULE})")
    command.add_argument(
        "-kwargs",
        "--kwargs",
        default="{}",
        metavar="JSON",
        help="arguments of get_pipeline, as JSON or as a Python literal",
    )
    command.add_argument("-v", "--verbose", action="store_true", help="log more on stderr, tracebacks included")


def pipeline_of(options: argparse.Namespace) -> Any:
    """Call the module's ``get_pipeline``; the SDK's output goes to stderr.

    Raises `BadInput` if there is no such module or function, or it does not accept the arguments.
    """
    given = read_value(options.kwargs, "--kwargs", dict)
    try:
        get_pipeline = importlib.import_module(options.module_name).get_pipeline
    except (ImportError, AttributeError) as error:
        raise BadInput(f"--module-name is {options.module_name!r}, but there is no get_pipeline ({error}).") from error
    with contextlib.redirect_stdout(sys.stderr):
        try:
            return get_pipeline(**given)
        except TypeError as error:
            raise BadInput(f"get_pipeline of {options.module_name} does not take this --kwargs: {error}.") from error


def read_value(text: str, option: str, kind: type) -> Any:
    """Read JSON or a Python literal, since builds of projects pass either.

    Raises `BadInput` if it is neither, or of another type.
    """
    try:
        value = json.loads(text)
    except ValueError:
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError) as error:
            raise BadInput(f"{option} is {text!r}, which is neither JSON nor a Python literal.") from error
    if not isinstance(value, kind):
        raise BadInput(f"{option} is {text!r}, but it must be a {kind.__name__}.")
    return value
