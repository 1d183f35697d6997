"""Where an evaluation ran, and with which libraries."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaluation.errors import InputError
from html_page.origin import CONFIGURATION, job_origin

_LIBRARIES = ("xgboost", "lightgbm", "catboost", "sklearn", "pandas")


def origin(configuration: Path = CONFIGURATION) -> dict[str, Any]:
    """Describe the processing job that this runs in; empty outside of one.

    Returns
    -------
    ``origin``: ``evaluated`` (UTC), ``libraries`` that it used with their versions, and ``job``, ``execution`` and
    ``code`` as in `html_page.origin`.

    Raises `InputError` if the configuration cannot be read.
    """
    try:
        found = job_origin("evaluation", configuration)
    except ValueError as error:
        raise InputError(str(error)) from error
    return {"origin": {"evaluated": found.pop("made"), **found, "libraries": _versions()}} if found else {}


def _versions() -> Mapping[str, str]:
    return {name: str(sys.modules[name].__version__) for name in _LIBRARIES if name in sys.modules}
