"""Loading of a data set from its file, with the code of its own beside it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from processing_scripts.dataset_file.model import DatasetFile
from processing_scripts.dataset_file.reader import read_dataset_file
from processing_scripts.datasets import DataSet
from processing_scripts.errors import CodeError
from processing_scripts.tables.dataset import TableDataSet


def load(path: Path) -> DataSet:
    """Read a data set file, and return its data set.

    Raises `PreprocessingError` if the file or its code cannot be read.
    """
    return data_set_of(read_dataset_file(path))


def data_set_of(file: DatasetFile) -> DataSet:
    """Return the data set of a data set file.

    A table, whose code may define `make_features` and `split` (see `processing_scripts.tables.code`); or, if the code
    defines ``load``, what that function makes of the data set file.

    Raises `CodeError` if the code cannot be read.
    """
    code = _code(file)
    if code is not None and hasattr(code, "load"):
        data_set: DataSet = code.load(file)
        return data_set
    return TableDataSet(file, code)


def _code(file: DatasetFile) -> ModuleType | None:
    if file.code is None:
        return None
    path = file.path.with_name(file.code)
    spec = importlib.util.spec_from_file_location(f"dataset_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise CodeError(path, "cannot be loaded", error) from error
    return module
