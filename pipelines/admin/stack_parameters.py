"""Checks of values for the parameters of ``infra/template.yaml``."""

import re
from collections.abc import Mapping
from typing import Any

from pipelines.admin.stack import TEMPLATE
from pipelines.errors import BadInput


def check(parameters: Mapping[str, str]) -> None:
    """Check values against the template's own constraints, before anything is sent.

    Raises `BadInput` if CloudFormation would refuse a value; the message has the parameter's description.
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
        """Reads the parameters of a template, which contain no functions; functions elsewhere become None."""

    Loader.add_multi_constructor("!", lambda _loader, _tag, _node: None)
    template = yaml.load(TEMPLATE.read_text(encoding="utf-8"), Loader)  # noqa: S506 - it is a SafeLoader
    parameters: dict[str, Any] = template["Parameters"]
    return parameters
