"""A linter over the definition: wiring, then shapes. Each check is a small function that yields findings."""

from __future__ import annotations

from typing import Any

from pipelines.definition.checks.graph import Graph
from pipelines.definition.checks.requests import request_findings
from pipelines.definition.checks.wiring import wiring_findings

MOST_CHARACTERS = 1_048_576
"""https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quotas.html"""


def findings(definition: dict[str, Any], size: int) -> list[str]:
    """List what is wrong with a definition, one sentence each; an empty list is a good one."""
    graph = Graph.of(definition)
    found = [*wiring_findings(graph), *request_findings(graph)]
    if size > MOST_CHARACTERS:
        found.append(f"The definition has {size} characters; the service takes at most {MOST_CHARACTERS}.")
    return found
