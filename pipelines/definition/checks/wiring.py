"""Wiring: every name that a step uses exists, and can be known when it is needed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from pipelines.definition.checks.describe import path_exists
from pipelines.definition.checks.graph import (
    STEP_PATH,
    Graph,
    Node,
    expressions,
    is_expression,
    own_arguments,
    step_references,
)

STEP_NAME = re.compile(r"^[A-Za-z0-9\-_]{1,64}$")
EXECUTION_VARIABLES = {
    "PipelineName",
    "PipelineArn",
    "PipelineExecutionId",
    "PipelineExecutionArn",
    "StartDateTime",
    "CurrentDateTime",
}
MOST_PARAMETERS = 200


def wiring_findings(graph: Graph) -> Iterator[str]:
    """Yield what is wrong with the names, the references and the order."""
    yield from _names(graph)
    yield from _endpoint_configurations(graph)
    for node in graph.nodes:
        yield from _depends_on(graph, node)
        for expression in expressions(own_arguments(node.step)):
            yield from _expression(graph, node, expression)
    yield from _cycle(graph)


def _names(graph: Graph) -> Iterator[str]:
    names = [node.name for node in graph.nodes]
    for name in names:
        if not STEP_NAME.match(name):
            yield f"Step name {name!r} is not 1 to 64 letters, digits, hyphens and underscores."
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"Step name {name!r} is used more than once."
    if len(graph.parameters) > MOST_PARAMETERS:
        yield f"There are {len(graph.parameters)} parameters; the service takes at most {MOST_PARAMETERS}."


def _endpoint_configurations(graph: Graph) -> Iterator[str]:
    """A configuration cannot be changed, so that a name that stays the same is refused at the second execution."""
    for node in graph.nodes:
        name = node.step.get("Arguments", {}).get("EndpointConfigName")
        if node.step.get("Type") == "EndpointConfig" and "Execution." not in json.dumps(name):
            yield (
                f"Step {node.name} names its endpoint configuration {json.dumps(name)} in every execution, and a "
                "configuration is made once; join Execution.PipelineExecutionId into the name."
            )


def _depends_on(graph: Graph, node: Node) -> Iterator[str]:
    for name in node.step.get("DependsOn", []):
        if graph.find(name) is None:
            yield f"Step {node.name} depends on {name!r}, which is no step of this pipeline."
        else:
            yield from _reachable(graph, node, name)


def _expression(graph: Graph, node: Node, expression: dict[str, Any]) -> Iterator[str]:
    if "Std:JsonGet" in expression:
        yield from _json_get(node, expression["Std:JsonGet"])
    elif "Get" in expression:
        yield from _get(graph, node, str(expression["Get"]))


def _json_get(node: Node, json_get: dict[str, Any]) -> Iterator[str]:
    path = json_get.get("Path")
    if is_expression(path) or not isinstance(path, str) or not path:
        yield f"Step {node.name} has a JsonGet whose Path is {path!r}; it must be a literal text."
    if ("PropertyFile" in json_get) == ("S3Uri" in json_get):
        yield f"Step {node.name} has a JsonGet that must name either a PropertyFile or an S3Uri."


def _get(graph: Graph, node: Node, path: str) -> Iterator[str]:
    kind, _, rest = path.partition(".")
    if kind == "Parameters":
        if rest not in graph.parameters:
            yield f"Step {node.name} uses parameter {rest!r}, which the pipeline does not have."
    elif kind == "Execution":
        if rest not in EXECUTION_VARIABLES:
            yield f"Step {node.name} uses execution variable {rest!r}, which does not exist."
    elif found := STEP_PATH.match(path):
        yield from _step_path(graph, node, found.group(1), found.group(2))
    else:
        yield f"Step {node.name} has a Get of {path!r}, which is no parameter, execution variable or step."


def _step_path(graph: Graph, node: Node, name: str, path: str) -> Iterator[str]:
    source = graph.find(name)
    if source is None:
        yield f"Step {node.name} reads step {name!r}, which is no step of this pipeline."
        return
    yield from _reachable(graph, node, name)
    if path.startswith("PropertyFiles."):
        yield from _property_file(node, source, path.removeprefix("PropertyFiles."))
    elif not path_exists(source.step, path):
        yield f"Step {node.name} reads {path!r} of step {name}, which a {source.step.get('Type')} step does not have."


def _property_file(node: Node, source: Node, name: str) -> Iterator[str]:
    files = {file["PropertyFileName"]: file for file in source.step.get("PropertyFiles", [])}
    if name not in files:
        yield f"Step {node.name} reads property file {name!r} of step {source.name}, which does not declare it."
        return
    outputs = source.step["Arguments"].get("ProcessingOutputConfig", {}).get("Outputs", [])
    output = files[name]["OutputName"]
    if output not in [item["OutputName"] for item in outputs]:
        yield f"Property file {name!r} of step {source.name} lies in output {output!r}, which the step does not have."


def _reachable(graph: Graph, node: Node, name: str) -> Iterator[str]:
    """A step inside a branch is known only inside that branch: branches cannot rejoin."""
    source = graph.find(name)
    if source is not None and source.branches != node.branches[: len(source.branches)]:
        condition, branch = source.branches[-1]
        yield f"Step {node.name} needs step {name}, which lies in {branch} of {condition} and may never run."


def _cycle(graph: Graph) -> Iterator[str]:
    order: TopologicalSorter[str] = TopologicalSorter()
    for node in graph.nodes:
        needed = {name for name, _ in step_references(node.step)} | set(node.step.get("DependsOn", []))
        order.add(node.name, *needed, *(condition for condition, _ in node.branches))
    try:
        order.prepare()
    except CycleError as error:
        yield f"The steps wait for each other in a circle: {' -> '.join(error.args[1])}."
