"""The parameters of ``infra/template.yaml``, and whether a value may be one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipelines.admin.stack import TEMPLATE
from pipelines.errors import BadInput


def check(parameters: Mapping[str, str]) -> None:
    """Hold values to what the template says of its parameters, before anything is sent.

    Raises
    ------
    BadInput
        A value that CloudFormation would refuse, with the parameter's own description.
    """
    declared = _declared()
    for name, value in parameters.items():
        parameter = declared[name]
        allowed = parameter.get("AllowedValues", [value])
        too_long = len(value) > parameter.get("MaxLength", len(value))
        if value not in allowed or too_long or not re.fullmatch(parameter.get("AllowedPattern", "(?s).*"), value):
            raise BadInput(f"{value!r} cannot be {name} of the stack. {parameter['Description'].strip()}.")


def _declared() -> dict[str, Any]:
    import yaml

    class Loader(yaml.SafeLoader):
        """Reads a template for its parameters, which hold no functions; what others hold is left out."""

    Loader.add_multi_constructor("!", lambda _loader, _tag, _node: None)
    template = yaml.load(TEMPLATE.read_text(encoding="utf-8"), Loader)  # noqa: S506 - it is a SafeLoader
    parameters: dict[str, Any] = template["Parameters"]
    return parameters
