"""A step's log in pieces: the last lines first, then what has come since, or what is before."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Literal

from pipelines.execution.logs import streams_of_step
from pipelines.execution.pipeline import Step

Level = Literal["error", "warning", "info"]
_ERROR = re.compile(r"\b(ERROR|CRITICAL|FATAL|Traceback|\w*(Error|Exception))\b")
_WARNING = re.compile(r"\b(WARN|WARNING|\w*Warning)\b")
MOST_LINES = 1000
"""Lines of one piece."""
_FRESH_SECONDS = 1.0


@dataclass(frozen=True)
class LogLine:
    """One line; the time is in milliseconds since 1970."""

    time: int
    level: Level
    text: str


@dataclass(frozen=True)
class Piece:
    """Lines of one stream, and the tokens of the pieces before and after them."""

    streams: Sequence[str]
    stream: str
    lines: Sequence[LogLine]
    before: str
    after: str


def level_of(text: str) -> Level:
    """Guess a line's level from its words.

    Examples
    --------
    >>> level_of("[12:00:INFO] done"), level_of("UserWarning: old"), level_of("ValueError: no data")
    ('info', 'warning', 'error')
    """
    return "error" if _ERROR.search(text) else "warning" if _WARNING.search(text) else "info"


class Tails:
    """Pieces of logs; browsers that follow the same log share their calls."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], tuple[float, Piece]] = {}
        self._lock = Lock()

    def piece(self, logs: Any, step: Step, stream: str = "", token: str = "") -> Piece:
        """Read a piece by at most two calls: the end of the log, or what a token of another piece leads to."""
        arn = str(step.metadata)
        with self._lock:
            read, piece = self._known.get((arn, stream, token), (0.0, None))
            if piece is not None and time.monotonic() - read < _FRESH_SECONDS:
                return piece
            piece = _read(logs, step, stream, token)
            now = time.monotonic()
            self._known = {key: known for key, known in self._known.items() if now - known[0] < _FRESH_SECONDS}
            self._known[arn, stream, token] = now, piece
            return piece


def _read(logs: Any, step: Step, wanted: str, token: str) -> Piece:
    streams = [(group, name) for group, name in streams_of_step(logs, step)]
    names = [name for _, name in streams]
    chosen = next((pair for pair in streams if pair[1] == wanted), streams[0] if streams else None)
    if chosen is None:
        return Piece((), "", (), "", "")
    group, stream = chosen
    position: Mapping[str, Any] = {"nextToken": token} if token else {}
    answer = logs.get_log_events(
        logGroupName=group,
        logStreamName=stream,
        limit=MOST_LINES,
        startFromHead=bool(token) and token.startswith("f/"),
        **position,
    )
    lines = [
        LogLine(event["timestamp"], level_of(event["message"]), event["message"].rstrip("\n"))
        for event in answer["events"]
    ]
    return Piece(names, stream, lines, answer.get("nextBackwardToken", ""), answer.get("nextForwardToken", ""))
