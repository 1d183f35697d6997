"""The process that builds the definition with the SDK: ``python -m pipelines.definition.build_process [LOCK FILE]``.

LOCK is the number of an inherited open file. Where another command built the same definition meanwhile, it is in FILE.
"""

import fcntl
import json
import sys
from pathlib import Path
from typing import Any

from pipelines.definition import kept
from pipelines.definition.dag import build_pipeline
from pipelines.definition.document import canonical
from pipelines.definition.sdk_process import respond
from pipelines.definition.steps.context import Locations
from pipelines.settings.fields import PAIRS, Settings


def build(inputs: dict[str, Any]) -> str:
    """Build the definition of ``settings`` and ``locations``."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in inputs["settings"].items()
    }
    values |= {name: tuple(map(tuple, values.get(name, ()))) for name in PAIRS}
    pipeline = build_pipeline(Settings(**values), Locations(**inputs["locations"]))
    return canonical(json.loads(pipeline.definition()))


def build_in_turn(inputs: dict[str, Any]) -> str:
    """Build the definition, unless another command has built it while this one waited."""
    if sys.argv[1:]:
        fcntl.flock(int(sys.argv[1]), fcntl.LOCK_EX)
        built = kept.read(Path(sys.argv[2]))
        if built is not None:
            return built
    return build(inputs)


if __name__ == "__main__":
    sys.exit(respond(build_in_turn))
