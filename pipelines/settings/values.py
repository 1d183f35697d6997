"""Where the value of a setting comes from: the command line, the environment, the settings file, the default."""

import dataclasses
import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipelines.errors import BadInput, quoted
from pipelines.settings.checks import check
from pipelines.settings.fields import Settings
from pipelines.settings.table import read_table
from processing_scripts.dataset_file.model import DatasetFile


def from_values(
    values: Mapping[str, Any],
    environment: Mapping[str, str] = os.environ,
    file: Mapping[str, Any] = MappingProxyType({}),
) -> Settings:
    """Make settings from command-line values (None where not given), the environment and the settings file.

    Raises `BadInput` for a value that no run could use, with the option and what it may be.
    """
    chosen: dict[str, Any] = {}
    for known in dataclasses.fields(Settings):
        value = values.get(known.name)
        variable = known.metadata["env"]
        if known.name == "data":
            variable = data_variable(read_table(chosen.get("dataset")))
        if value is None and variable and environment.get(variable):
            value = _parse(known, environment[variable], variable)
        if value is None:
            value = file.get(known.name)
        if value is not None:
            chosen[known.name] = value
    chosen["tags"] = tuple(dict((*sagemaker_project_tags(environment), *chosen.get("tags", ()))).items())
    settings = Settings(**chosen)
    check(settings)
    return settings


def sagemaker_project_tags(environment: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the tags that mark the resources of a SageMaker project, from the variables of its builds.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-projects-templates-custom.html

    Examples
    --------
    >>> sagemaker_project_tags({"SAGEMAKER_PROJECT_ARN": "arn:aws:sagemaker:eu-west-1:123456789012:project/bikes"})
    (('sagemaker:project-name', 'bikes'),)
    """
    arn = environment.get("SAGEMAKER_PROJECT_ARN", "")
    name = environment.get("SAGEMAKER_PROJECT_NAME") or arn.rpartition("/")[2]
    pairs = (("sagemaker:project-name", name), ("sagemaker:project-id", environment.get("SAGEMAKER_PROJECT_ID", "")))
    return tuple((key, value) for key, value in pairs if value)


def _parse(known: dataclasses.Field[Any], text: str, variable: str) -> Any:
    """Read an environment variable as the command line would read the option."""
    choices = known.metadata["choices"]
    if choices and text not in choices:
        raise BadInput(f"{variable} is {quoted(text)}, but it must be one of {', '.join(choices)}.")
    if isinstance(known.default, int) and not re.fullmatch("[0-9]{1,9}", text):
        raise BadInput(f"{variable} is {quoted(text)}, but it must be a whole number.")
    return type(known.default)(text) if isinstance(known.default, int | Path) else text


def data_variable(table: DatasetFile) -> str:
    """Name the environment variable of a data set's table: SEOUL_BIKE_DATA for seoul-bike."""
    return f"{table.name.replace('-', '_').upper()}_DATA"
