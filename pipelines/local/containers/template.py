"""The template: an interpreter that has imported what containers use, for jobs to be forked from."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

LIBRARIES = (
    "numpy",
    "pandas",
    "scipy.sparse",
    "scipy.stats",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.model_selection",
    "sklearn.pipeline",
    "sklearn.preprocessing",
    "xgboost",
    "lightgbm",
    "catboost",
    "matplotlib.pyplot",
    "joblib",
    "pyarrow.parquet",
    "boto3",
    "botocore.session",
)
"""What a template imports, each if it is installed."""


@dataclass(frozen=True)
class Template:
    """An interpreter with the libraries loaded.

    Attributes
    ----------
    loaded
        Top-level modules in memory that a fresh interpreter would not have.
    path
        The import path of a fresh interpreter, without the script's own folder.
    thread_pools
        Sets the thread counts of the native libraries that are loaded.
    launcher_modules
        Names of the launcher's own modules.
    """

    loaded: frozenset[str]
    path: tuple[str, ...]
    thread_pools: Any
    launcher_modules: tuple[str, ...]


def preload(at_startup: Iterable[str]) -> Template:
    """Import the libraries into this process, which starts no threads of its own.

    Parameters
    ----------
    at_startup
        The modules that a bare interpreter has loaded.
    """
    for name in LIBRARIES:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    loaded = {name.partition(".")[0] for name in sys.modules} - {name.partition(".")[0] for name in at_startup}
    own = tuple(name for name in sys.modules if name.partition(".")[0] == "pipelines")
    put_main_module_last(sys.modules["__main__"])
    # Nothing that was loaded is ever freed, so the collector need not touch, and thereby copy, its pages in children.
    gc.collect()
    gc.freeze()
    return Template(frozenset(loaded - {"pipelines"}), tuple(sys.path[1:]), ThreadpoolController(), own)


def put_main_module_last(main: ModuleType) -> None:
    """Have the module table tell what is imported from here on: the names behind ``__main__``."""
    sys.modules.pop("__main__", None)
    sys.modules["__main__"] = main


def modules_since_main() -> list[str]:
    """``__main__`` and the modules imported since it was put last; nothing where the job has removed it.

    The names of the others are not touched: counting references to them alone would copy a thousand pages of memory,
    which is a tenth of what a job costs.
    """
    names = []
    for name in reversed(sys.modules):
        names.append(name)
        if name == "__main__":
            return names[::-1]
    return []
