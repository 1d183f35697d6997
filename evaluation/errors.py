"""The errors of an evaluation.

::

    EvaluationError
    ├── InputError        data, keys or schema are missing or do not belong together
    ├── CandidateError    a model cannot be loaded, or was trained on other features
    └── LibraryError      a library of a model cannot be imported or installed

Each message is one sentence: what is wrong, where, and what to do.
"""

import sys
from pathlib import Path

_EXIT_MESSAGE_BYTES = 1024
"""SageMaker's limit of ExitMessage."""


class EvaluationError(Exception):
    """The candidates cannot be compared; no output is written."""


class InputError(EvaluationError):
    """Data, keys or schema are missing or do not belong together."""


class CandidateError(EvaluationError):
    """A model cannot be loaded, or was trained on other features."""


class LibraryError(EvaluationError):
    """A library of a model cannot be imported or installed."""


def report_failure(error: EvaluationError, message: Path) -> int:
    """Write an error to stderr and to the file of the job's exit message; return the exit code."""
    sys.stderr.write(f"{error}\n")
    message.parent.mkdir(parents=True, exist_ok=True)
    message.write_text(str(error).encode()[:_EXIT_MESSAGE_BYTES].decode(errors="ignore"), encoding="utf-8")
    return 1
