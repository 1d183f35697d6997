"""The errors of an evaluation.

::

    EvaluationError
    ├── InputError        data, keys or schema are missing or do not belong together
    ├── CandidateError    a model cannot be loaded, or was trained on other features
    └── LibraryError      a library of a model cannot be imported or installed

Each message is one sentence: what is wrong, where, and what to do.
"""


class EvaluationError(Exception):
    """The candidates cannot be compared; no output is written."""


class InputError(EvaluationError):
    """Data, keys or schema are missing or do not belong together."""


class CandidateError(EvaluationError):
    """A model cannot be loaded, or was trained on other features."""


class LibraryError(EvaluationError):
    """A library of a model cannot be imported or installed."""
