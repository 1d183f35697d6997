"""Reading the data of channels."""

from pathlib import Path
from typing import Any

from local_sagemaker.containers.xgboost import data
from local_sagemaker.containers.xgboost.channels import content_type_of as get_content_type

__all__ = ["get_content_type", "get_dmatrix", "get_size"]


def get_size(dir_path: str, is_pipe: bool = False) -> int:  # noqa: ARG001, FBT001, FBT002 - the container's signature
    """The size of a folder in bytes; 0 if it does not exist."""
    return data.size_of(Path(dir_path))


def get_dmatrix(
    data_path: str | list[str],
    content_type: str,
    csv_weights: int = 0,
    is_pipe: bool = False,  # noqa: ARG001, FBT001, FBT002 - the container's signature
) -> Any:
    """Read the files of one or several channels into a matrix; None if no folder exists."""
    given = [data_path] if isinstance(data_path, str) else data_path
    paths = [Path(each) for each in given if each is not None and Path(each).exists()]
    if not paths:
        return None
    return data.read(paths, get_content_type(content_type), weighted=csv_weights == 1)
