"""The template: an interpreter that has imported what containers use, for jobs to be forked from."""

from __future__ import annotations

import contextlib
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
    "pyarrow.parquet",
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
    "boto3",
    "botocore.session",
)
"""What a template imports, each if it is installed; first what the first step of a pipeline needs."""

STAND_INS = (
    "local_sagemaker.containers.training_toolkit.run",
    "local_sagemaker.containers.xgboost.train",
    "local_sagemaker.containers.serving.server",
)
"""What the stand-ins of images are made of: a tenth of a second of every job that would import it itself."""


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


class Preloading:
    """Imports the libraries into this process one after another, without starting threads of its own.

    Jobs can be forked in between: each finds what is loaded by then, and imports the rest as a fresh interpreter would.

    Parameters
    ----------
    at_startup
        The modules that a bare interpreter has loaded.
    """

    def __init__(self, at_startup: Iterable[str]) -> None:
        self._at_startup = frozenset(map(_top_level, at_startup))
        self._remaining = [*LIBRARIES, *STAND_INS]
        self._finished: Template | None = None
        gc.disable()  # what is imported is kept: looking for garbage in it would take a seventh of the time

    @property
    def is_finished(self) -> bool:
        """Whether everything is loaded."""
        return self._finished is not None

    def go_on(self) -> None:
        """Import the next library, or finish after the last one."""
        if self._remaining:
            # Not installed, or broken, as without its shared libraries: a job that needs it says so in its own log.
            with contextlib.suppress(Exception):
                importlib.import_module(self._remaining.pop(0))
            return
        gc.collect()
        self._finished = self.settle()

    def settle(self) -> Template:
        """Load no more in this process, be it the template or a job that is forked before all is loaded.

        Returns
        -------
        What there is in it.
        """
        if self._finished is not None:
            return self._finished
        from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

        loaded = frozenset(map(_top_level, sys.modules)) - self._at_startup - {"pipelines"}
        own = tuple(name for name in sys.modules if _top_level(name) == "pipelines")
        put_main_module_last(sys.modules["__main__"])
        # Nothing that was loaded is ever freed: the collector need not touch, and thereby copy, its pages in children.
        gc.freeze()
        gc.enable()
        return Template(loaded, tuple(sys.path[1:]), ThreadpoolController(), own)


def _top_level(module: str) -> str:
    return module.partition(".")[0]


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
