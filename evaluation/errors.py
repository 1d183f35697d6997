"""Everything that an evaluation refuses.

::

    EvaluationError
    ├── InputError        data, keys or schema are missing or do not belong together
    ├── CandidateError    a model cannot be loaded, or was trained on other features
    └── LibraryError      a library that a model needs is not there and cannot be installed

Each message is one sentence: what is wrong, where, and what to do.
"""

from __future__ import annotations


class EvaluationError(Exception):
    """The candidates cannot be compared; nothing has been written."""


class InputError(EvaluationError):
    """Data, keys or schema are missing or do not belong together."""


class CandidateError(EvaluationError):
    """A model cannot be loaded, or was trained on other features."""


class LibraryError(EvaluationError):
    """A library that a model needs is not there and cannot be installed."""
