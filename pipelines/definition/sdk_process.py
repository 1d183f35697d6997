"""What the processes that use the SDK have in common: inputs from stdin, the answer on stdout, all else on stderr.

The SDK takes some ten seconds to import, writes to stdout, resets log levels and wants its region before it is
imported: it works in a process of its own.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from pipelines.errors import PipelineError


def answer(make: Callable[[dict[str, Any]], str]) -> int:
    """Read the inputs, write what is made of them, and give the exit code; an error of the tree is one sentence."""
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    inputs = json.loads(sys.stdin.read())
    try:
        text = make(inputs)
    except PipelineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    with output:
        output.write(text)
    return 0


def last_words(log: str) -> str:
    """What a process that failed said last."""
    return (log.strip().splitlines() or ["it said nothing"])[-1]
