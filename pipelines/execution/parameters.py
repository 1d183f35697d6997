"""Parameters of an execution: those that a definition declares, checks of their values, and what a start finds out."""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.data import versions
from pipelines.definition.document import Definition
from pipelines.errors import BadInput, did_you_mean
from pipelines.models.registry import CHAMPION, champions
from pipelines.names import gate_parameter
from pipelines.settings.fields import GATE_BOUNDS

NUMBERS = {
    "Integer": re.compile(r"[+-]?[0-9]+"),
    "Float": re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"),
}
DATA, BATCH = "InputDataUri", "BatchInputUri"
FOUND = (versions.PARAMETER, CHAMPION)
"""What a start finds out, unless it is given: the version of the data, and the models to compare with."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a definition."""

    name: str
    type: str
    """String, Boolean, Integer or Float."""
    default: str | None
    """None if an execution must give it."""
    choices: tuple[str, ...]
    """The values that it may have; empty if there are no others to exclude."""
    limits: tuple[float, float] | None = None
    """The lowest and the highest value."""

    def check(self, value: str) -> None:
        """Raise `BadInput` for a value of the wrong type, or one outside the limits or the choices."""
        given = f"--parameter {self.name}={value}"
        # Python's float also reads NaN, Infinity, 1_000 and digits of other scripts.
        if self.type in NUMBERS and not NUMBERS[self.type].fullmatch(value):
            raise BadInput(f"{given}: the value must be of type {self.type}.")
        lowest, highest = self.limits or (-math.inf, math.inf)
        if self.type in NUMBERS and not (lowest <= float(value) <= highest and math.isfinite(float(value))):
            raise BadInput(f"{given}: the value must lie between {lowest:g} and {highest:g}.")
        if self.choices and value not in self.choices:
            raise BadInput(f"{given}: the value must be one of {', '.join(self.choices)}.")


def declared(definition: Definition) -> dict[str, Parameter]:
    """Return the parameters of a definition, by name."""
    return {each["Name"]: _read(each) for each in definition.content.get("Parameters") or []}


def check_parameters(definition: Definition, given: Mapping[str, str]) -> dict[str, str]:
    """Check ``--parameter`` values against the definition's parameters.

    Raises `BadInput` for an unknown name, or as `Parameter.check` does.
    """
    known = declared(definition)
    for name, value in given.items():
        if name not in known:
            hint = did_you_mean(name, known) or f". There are: {', '.join(known)}."
            raise BadInput(f"--parameter {name}={value}: the pipeline has no parameter {name}{hint}")
        known[name].check(value)
    return dict(given)


def with_found(
    given: Mapping[str, str], known: Collection[str], sagemaker: Any, s3: Any, pipeline: str, tasks: Collection[str]
) -> dict[str, str]:
    """Return the parameters of a start with those of `FOUND` that it does not give, and the data as its batch.

    Raises `BadInput` if there is no object at an address.
    """
    found = {BATCH: given[DATA], **given} if DATA in given and BATCH in known else dict(given)
    if versions.PARAMETER in known and versions.PARAMETER not in found and DATA in found:
        found[versions.PARAMETER] = versions.input_version(s3, found[DATA], found.get(BATCH, found[DATA]))
    if CHAMPION in known and CHAMPION not in found:
        found[CHAMPION] = champions(sagemaker, pipeline, tasks)
    return found


def _read(parameter: Mapping[str, Any]) -> Parameter:
    name, kind, default = parameter["Name"], parameter["Type"], parameter.get("DefaultValue")
    bounds = (limits for metric, limits in GATE_BOUNDS.items() if name.endswith(gate_parameter("", metric)))
    choices = parameter.get("EnumValues") or ((True, False) if kind == "Boolean" else ())
    return Parameter(
        name,
        kind,
        None if default is None else _text(default),
        tuple(map(_text, choices)),
        next(bounds, None) if kind in NUMBERS else None,
    )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
