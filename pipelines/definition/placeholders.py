"""Values that a definition passes on as they are, and the placeholders that stand for them while the SDK builds it.

Importing the SDK takes most of the time of a build, and these values change most often: with each commit, account,
threshold or instance type. A definition is therefore built with placeholders and kept; its values are filled in each
time.
"""

import dataclasses
import json
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from pipelines.definition.document import canonical
from pipelines.names import endpoint_config_prefix, group_name
from pipelines.settings.fields import Settings

MARK = "boostpipe-placeholder"
LOCATIONS = {
    "role": f"arn:aws:iam::123456789012:role/{MARK}-role",
    "bucket": f"{MARK}-bucket",
    "commit": f"{MARK}-commit",
}
PIPELINE = f"{MARK}-pipeline-of-any-name"
"""So long that the name of an endpoint's configuration is cut and that of a group is not: the two never look alike."""
TEXTS = (
    *("processing_instance_type", "training_instance_type", "transform_instance_type", "hosting_instance_type"),
    *("promote", "lang"),
)
SEED = 1_618_033_988
NUMBERS = {
    "seed": SEED,
    "max_jobs": 1_618_034_001,
    "max_parallel_jobs": 1_618_034_002,
    "cache_days": 1_618_034_003,
    "ttl": 1_618_034_004,
    "data_capture": 1_618_034_005,
    "threshold_quantile": 0.618033988749,
}
"""Numbers that nobody would choose. Except for the seed, 0 and None are not replaced: they leave something out."""
GATE = 161_803_398.875
"""The gate of the first task; that of each further one is 1 higher."""
NOT_IN_THE_DEFINITION = (
    *("target", "data", "state_dir", "keep_alive", "isolation", "prices", "max_parallel_steps", "trusted_code"),
    *("region", "bucket", "stack", "role_arn", "schedule_role_arn", "max_rmse", "min_auc"),
)


@dataclasses.dataclass(frozen=True)
class Inputs:
    """The inputs of a build: those that shape the definition, as JSON, and those that are filled in afterwards."""

    shape: str
    values: Mapping[str | float, Any]
    """Placeholder -> value."""

    def fill(self, built: str) -> str:
        """Put the values in the place of their placeholders."""
        return canonical(self._filled(json.loads(built)))

    @cached_property
    def _texts(self) -> dict[str, str]:
        """Placeholders as they stand in a text, where numbers are digits."""
        return {str(placeholder): str(value) for placeholder, value in self.values.items()}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Finds any placeholder in a text; of those that begin alike, the longest."""
        return re.compile("|".join(map(re.escape, sorted(self._texts, key=len, reverse=True))))

    def _filled(self, part: Any) -> Any:
        match part:
            case dict():
                return {key: self._filled(value) for key, value in part.items()}
            case list():
                return [self._filled(value) for value in part]
            case str():
                return self._pattern.sub(lambda found: self._texts[found[0]], part)
            case int() | float():
                return self.values.get(part, part)
        return part


def inputs_of(settings: Settings, locations: Mapping[str, Any]) -> Inputs:
    """Take the values that are filled in afterwards out of the inputs of a definition.

    What the definition needs of the data set file, which the build reads by its path, belongs to the shape.
    """
    given = dataclasses.asdict(settings)
    chosen = {name: value for name, value in given.items() if name not in NOT_IN_THE_DEFINITION}
    texts = {name: f"{MARK}-{name}" for name in TEXTS}
    numbers = {name: number for name, number in NUMBERS.items() if given[name] or number == SEED}
    options = {name: f"{MARK}-option-{name}" for name in settings.dataset_options}
    gates = {task: GATE + number for number, task in enumerate(settings.gates)}
    code = {name: f"s3://{MARK}-code/{name}/" for name in locations["code"]}

    tasks = [{**dataclasses.asdict(task), "gate": None} for task in settings.table.tasks]
    without = {"split": None, "features": None}  # each is an option, too
    pairs = {"option": [*options.items()], "gate": [*gates.items()]}
    shape = {
        "settings": {**chosen, **texts, **numbers, **pairs, **without, "pipeline_name": PIPELINE},
        "table": {"tasks": tasks, "categories": settings.table.has_categories},
        "locations": {**locations, **LOCATIONS, "code": code},
    }
    values: dict[str | float, Any] = {
        **{placeholder: given[name] for name, placeholder in (texts | numbers).items()},
        **{placeholder: settings.dataset_options[name] for name, placeholder in options.items()},
        **{placeholder: settings.gates[name] for name, placeholder in gates.items()},
        **{placeholder: locations["code"][name] for name, placeholder in code.items()},
        **{placeholder: locations[name] for name, placeholder in LOCATIONS.items()},
    }
    return Inputs(json.dumps(shape, sort_keys=True), {**values, **_names(settings)})


def _names(settings: Settings) -> dict[str | float, str]:
    """Placeholder -> name, of the pipeline and of what is named after it, which may be cut."""
    derived: dict[str | float, str] = {
        name(PIPELINE, task): name(settings.pipeline_name, task)
        for task in settings.tasks
        for name in (group_name, endpoint_config_prefix)
    }
    return {PIPELINE: settings.pipeline_name, **derived}
