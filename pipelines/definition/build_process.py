"""The process that builds the definition with the SDK: ``python -m pipelines.definition.build_process``."""

import json
import sys
from typing import Any

from pipelines.definition.dag import build_pipeline
from pipelines.definition.document import canonical
from pipelines.definition.sdk_process import respond
from pipelines.definition.steps.context import Locations
from pipelines.settings import Settings


def build(inputs: dict[str, Any]) -> str:
    """Build the definition of ``settings`` and ``locations``."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in inputs["settings"].items()
    }
    pipeline = build_pipeline(Settings(**values), Locations(**inputs["locations"]))
    return canonical(json.loads(pipeline.definition()))


if __name__ == "__main__":
    sys.exit(respond(build))
