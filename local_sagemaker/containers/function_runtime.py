"""AWS Lambda's Python runtime: one call of one handler, in a process of its own.

The service runs this source with ``python -c``, so that the function's folder, which is the working directory, is first
on the import path. Arguments: a JSON document with the attributes of the context, the handler, the folder that contains
``event.json`` and receives ``outcome.json``, and the seconds until the timeout.
"""

import importlib
import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any


class Context:
    """The second argument of a handler."""

    identity = None
    client_context = None

    def __init__(self, attributes: dict[str, Any], seconds: float) -> None:
        self.__dict__.update(attributes)
        self._deadline = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        """The milliseconds until the timeout."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


class RuntimeProblem(Exception):
    """A function that cannot run, or has no valid result; ``kind`` is Lambda's name of the problem."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def outcome_of(handler: str, event: Any, context: Context) -> dict[str, Any]:
    """The outcome of a handler: its ``result``, or an ``error`` with the members that Lambda's own runtime reports."""
    try:
        result = _load(handler)(event, context)
        _require_json(result)
    except RuntimeProblem as problem:
        return _error(problem.kind, str(problem))
    except Exception as error:  # noqa: BLE001 - any error of the user's code is an outcome
        traceback.print_exception(error)
        return _error(type(error).__name__, str(error), traceback.format_tb(error.__traceback__))
    return {"result": result}


def _load(handler: str) -> Any:
    module, _, name = handler.rpartition(".")
    if not module:
        raise RuntimeProblem("Runtime.MalformedHandlerName", f"Bad handler '{handler}': write <module>.<function>")
    try:
        function = getattr(importlib.import_module(module.replace("/", ".")), name, None)
    except ImportError as error:
        raise RuntimeProblem("Runtime.ImportModuleError", f"Unable to import module '{module}': {error}") from error
    except SyntaxError as error:
        raise RuntimeProblem("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {error}") from error
    if function is None:
        raise RuntimeProblem("Runtime.HandlerNotFound", f"Handler '{name}' missing on module '{module}'")
    return function


def _require_json(result: Any) -> None:
    try:
        json.dumps(result, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise RuntimeProblem("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def _error(kind: str, message: str, trace: list[str] | None = None) -> dict[str, Any]:
    return {"error": {"errorMessage": message, "errorType": kind, "stackTrace": trace or []}}


if __name__ == "__main__":
    attributes, handler, folder, seconds = sys.argv[1:]
    event = json.loads(Path(folder, "event.json").read_text(encoding="utf-8"))
    outcome = outcome_of(handler, event, Context(json.loads(attributes), float(seconds)))
    Path(folder, "outcome.json").write_text(json.dumps(outcome), encoding="utf-8")
