"""The protocol of the processes that use the SDK: inputs on stdin, the result on stdout, everything else on stderr.

The SDK takes some ten seconds to import, writes to stdout, resets log levels and reads its region while it is imported,
so it runs in a process of its own.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from pipelines.errors import PipelineError


def respond(make: Callable[[dict[str, Any]], str]) -> int:
    """Read the inputs, write what ``make`` returns for them, and return the exit code.

    A `PipelineError` becomes one sentence on stderr and exit code 1.
    """
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever the SDK prints must not mix with the result
    inputs = json.loads(sys.stdin.read())
    try:
        text = make(inputs)
    except PipelineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    with output:
        output.write(text)
    return 0


def last_line(log: str) -> str:
    """The last line of a failed process's log, which names the error."""
    return (log.strip().splitlines() or ["it printed nothing"])[-1]
