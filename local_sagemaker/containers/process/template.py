"""The template: an interpreter that has imported what containers use, for jobs to be forked from."""

import contextlib
import gc
import importlib
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

LIBRARIES = (
    "numpy", "pandas", "pyarrow.parquet", "scipy.sparse", "scipy.stats", "sklearn.ensemble", "sklearn.linear_model",
    "sklearn.metrics", "sklearn.model_selection", "sklearn.pipeline", "sklearn.preprocessing", "xgboost",
    "lightgbm", "catboost", "matplotlib.pyplot", "joblib", "boto3", "botocore.session",
)  # fmt: skip
"""The modules that a template imports, if they are installed; first those that a pipeline's first step needs."""

STAND_INS = (
    "local_sagemaker.containers.training_toolkit.run",
    "local_sagemaker.containers.xgboost.train",
    "local_sagemaker.containers.serving.server",
)
"""The programs of images: importing them in each job would take a tenth of a second."""

OWN_PACKAGE = __name__.partition(".")[0]
"""The package of the local SageMaker: a job does not see its modules."""


@dataclass(frozen=True)
class Template:
    """The state of an interpreter with the libraries loaded."""

    loaded: frozenset[str]
    """Top-level modules in memory that a fresh interpreter would not have."""
    path: tuple[str, ...]
    """The import path of a fresh interpreter, without the script's own folder."""
    thread_pools: Any
    """A ``ThreadpoolController``: sets the thread counts of the loaded native libraries."""
    launcher_modules: tuple[str, ...]
    """Names of the launcher's own modules."""


class Preloading:
    """Imports the libraries into this process one after another, without starting threads.

    Jobs can be forked in between. Each has the libraries that are loaded by then, and imports the others itself.

    ``at_startup`` are the modules that a bare interpreter has loaded.
    """

    def __init__(self, at_startup: Iterable[str]) -> None:
        self._at_startup = frozenset(map(_top_level, at_startup))
        self._remaining = [*LIBRARIES, *STAND_INS]
        self._finished: Template | None = None
        gc.disable()  # everything imported stays: looking for garbage in it would take a seventh of the time

    @property
    def is_finished(self) -> bool:
        """Whether everything is loaded."""
        return self._finished is not None

    def load_next(self) -> None:
        """Import the next library, or finish after the last one."""
        if self._remaining:
            # Not installed, or broken, for example without its shared libraries: a job that imports it fails with the
            # error in its own log.
            with contextlib.suppress(Exception):
                importlib.import_module(self._remaining.pop(0))
            return
        gc.collect()
        self._finished = self.settle()

    def settle(self) -> Template:
        """End the loading in this process: the template, or a job that is forked before everything is loaded.

        Returns the modules that are loaded.
        """
        if self._finished is not None:
            return self._finished
        from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

        loaded = frozenset(map(_top_level, sys.modules)) - self._at_startup - {OWN_PACKAGE}
        own = tuple(name for name in sys.modules if _top_level(name) == OWN_PACKAGE)
        put_main_module_last(sys.modules["__main__"])
        # The collector writes to the header of each object that it looks at, and each page that a child writes to is
        # copied. Frozen objects are not looked at, and these are never freed anyway.
        gc.freeze()
        gc.enable()
        return Template(loaded, tuple(sys.path[1:]), ThreadpoolController(), own)


def _top_level(module: str) -> str:
    return module.partition(".")[0]


def put_main_module_last(main: ModuleType) -> None:
    """Move ``__main__`` to the end of ``sys.modules``: the names behind it are then those imported since."""
    sys.modules.pop("__main__", None)
    sys.modules["__main__"] = main


def modules_since_main() -> list[str]:
    """``__main__`` and the modules imported since it was put last; nothing if the job has removed it.

    The loop starts at the end and touches no other name: counting references to each would copy a thousand pages of
    memory, which is a tenth of a job's cost.
    """
    names = []
    for name in reversed(sys.modules):
        names.append(name)
        if name == "__main__":
            return names[::-1]
    return []
