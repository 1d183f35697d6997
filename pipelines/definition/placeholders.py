"""Values that a definition passes on as they are, and the placeholders that stand for them while the SDK builds it.

Importing the SDK takes most of the time of a build, and these values change most often: with each commit, account or
threshold. A definition is therefore built with placeholders and kept; its values are filled in each time.
"""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from pipelines.definition.document import canonical

MARK = "boostpipe-placeholder"
LOCATIONS = {
    "role": f"arn:aws:iam::123456789012:role/{MARK}-role",
    "bucket": f"{MARK}-bucket",
    "commit": f"{MARK}-commit",
}
SETTINGS: dict[str, int | float] = {"seed": 1_618_033_988, "max_rmse": 161_803_398.875, "min_auc": 0.618033988749}
"""Settings of the definition's numbers; a number that a person would choose must not be among them."""


@dataclasses.dataclass(frozen=True)
class Inputs:
    """The inputs of a build: those that shape the definition, as JSON, and those that are filled in afterwards."""

    shape: str
    values: Mapping[str | float, Any]
    """Placeholder -> value."""

    def fill(self, built: str) -> str:
        """Put the values in the place of their placeholders."""
        return canonical(self._filled(json.loads(built)))

    def _filled(self, part: Any) -> Any:
        match part:
            case dict():
                return {key: self._filled(value) for key, value in part.items()}
            case list():
                return [self._filled(value) for value in part]
            case str():
                for placeholder, value in self.values.items():
                    part = part.replace(placeholder, str(value)) if isinstance(placeholder, str) else part
                return part
            case int() | float():
                return self.values.get(part, part)
        return part


def split(settings: Mapping[str, Any], locations: Mapping[str, Any]) -> Inputs:
    """Take the values that are filled in afterwards out of the inputs of a definition."""
    code = {name: f"s3://{MARK}-code/{name}/" for name in locations["code"]}
    values: dict[str | float, Any] = {number: settings[name] for name, number in SETTINGS.items()}
    values |= {str(number): settings[name] for name, number in SETTINGS.items()}
    values |= {code[name]: uri for name, uri in locations["code"].items()}
    values |= {LOCATIONS[name]: locations[name] for name in LOCATIONS}
    shape = {"settings": {**settings, **SETTINGS}, "locations": {**locations, **LOCATIONS, "code": code}}
    return Inputs(json.dumps(shape, sort_keys=True), values)
