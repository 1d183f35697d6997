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
SEED = 1_618_033_988
GATE = 161_803_398.875
"""The seed, and the gate of the first task; the gate of each further one is 1 higher. Nobody would choose such numbers.
"""


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


def split(settings: Mapping[str, Any], table: Mapping[str, Any], locations: Mapping[str, Any]) -> Inputs:
    """Take the values that are filled in afterwards out of the inputs of a definition.

    ``settings`` has the gate of every task; ``table`` is what shapes the definition besides: the content of the data
    set file, which the build reads by its path.
    """
    code = {name: f"s3://{MARK}-code/{name}/" for name in locations["code"]}
    gates = [(task, GATE + number) for number, (task, _) in enumerate(settings["gate"])]
    values: dict[str | float, Any] = {SEED: settings["seed"], str(SEED): settings["seed"]}
    values |= dict(zip((number for _, number in gates), (value for _, value in settings["gate"]), strict=True))
    values |= {code[name]: uri for name, uri in locations["code"].items()}
    values |= {LOCATIONS[name]: locations[name] for name in LOCATIONS}
    chosen = {**settings, "seed": SEED, "gate": gates}
    shape = {"settings": chosen, "table": table, "locations": {**locations, **LOCATIONS, "code": code}}
    return Inputs(json.dumps(shape, sort_keys=True), values)
