"""The steps of an execution as a graph: what each waits for, its status, and the branches that were not taken."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local_sagemaker.definition.expressions import referenced_steps
from local_sagemaker.definition.parse import Definition, parse
from local_sagemaker.definition.parse import Step as DefinedStep
from pipelines.execution.pipeline import Progress, Step
from pipelines.studio.layout import HEIGHT, WIDTH, lay_out, reduced
from pipelines.studio.queries.watched import Opened

WAITING, SKIPPED, CACHED = "Waiting", "Skipped", "Cached"


@dataclass(frozen=True)
class Node:
    """One step: its place in pixels, and its status, which is one of SageMaker's or one of those above."""

    name: str
    title: str
    type: str
    status: str
    x: float
    y: float
    step: Step | None
    """None before it has started."""
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Line:
    """A line from a step to one that waits for it, as a path of SVG; the label is the outcome of a condition."""

    path: str
    label: str
    x: float
    y: float
    """Place of the label."""
    skipped: bool


@dataclass(frozen=True)
class Graph:
    """The drawing, its size in pixels."""

    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    width: float
    height: float


def needs_of(definition: Definition) -> dict[str, frozenset[str]]:
    """Return what each step waits for."""
    return {name: step.waits_for & definition.steps.keys() for name, step in definition.steps.items()}


def downstream(definition: Definition, name: str) -> list[str]:
    """Return a step and all that wait for it, directly or not, in the order of the definition."""
    needs, found = needs_of(definition), {name}
    while more := {step for step, needed in needs.items() if step not in found and needed & found}:
        found |= more
    return [step for step in needs if step in found]


def makers_of(step: DefinedStep) -> dict[str, str]:
    """Return by the name of an input, as `Made.inputs` has it, the step whose result it is."""
    return dict(_makers(step.arguments))


def _makers(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        name = value.get("InputName") or value.get("ChannelName")
        named = {str(name): value} if name else {_INPUTS[each]: value[each] for each in _INPUTS if each in value}
        yield from ((each, makers.pop()) for each, part in named.items() if (makers := referenced_steps(part)))
    for part in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _makers(part)


_INPUTS = {"ModelDataUrl": "model", "TransformInput": "data"}
"""Members of a request that are inputs without a name of their own, and the names that the page gives them."""


def graph_of(opened: Opened) -> Graph:
    """Draw an execution.

    Raises `DefinitionError` if the definition is not one that the local service could run.
    """
    definition = parse(opened.definition.text)
    started = {step.name: step for step in opened.progress.steps}
    statuses = statuses_of(definition, opened.progress)
    needs = needs_of(definition)
    layout = lay_out(needs)
    nodes = {
        name: Node(name, step.display_name or name, step.type, statuses[name], *layout.places[name], started.get(name))
        for name, step in definition.steps.items()
    }
    lines = tuple(_line(nodes[need], nodes[name], definition.steps[name]) for need, name in reduced(needs))
    return Graph(tuple(nodes.values()), lines, layout.width, layout.height)


def statuses_of(definition: Definition, progress: Progress) -> dict[str, str]:
    """Return the status of every step of the definition, those that have not started included."""
    started = {step.name: step for step in progress.steps}
    outcomes = {name: _outcome(step) for name, step in started.items()}

    def status(step: DefinedStep) -> str:
        if step.name in started:
            return CACHED if started[step.name].cache_hit else started[step.name].status
        not_taken = any(outcomes.get(name) not in (None, branch) for name, branch in definition.branches(step))
        return SKIPPED if not_taken or progress.finished else WAITING

    return {name: status(step) for name, step in definition.steps.items()}


def _outcome(step: Step) -> bool | None:
    outcome = step.metadata.get("Condition", {}).get("Outcome")
    return None if outcome is None else str(outcome).lower() == "true"


def _line(start: Node, end: Node, step: DefinedStep) -> Line:
    x1, y1, x2, y2 = start.x + WIDTH / 2, start.y + HEIGHT, end.x + WIDTH / 2, end.y
    middle = (y1 + y2) / 2
    in_branch = step.branch is not None and step.branch[0] == start.name
    label = ("yes" if step.branch and step.branch[1] else "no") if in_branch else ""
    return Line(
        path=f"M{x1:.0f} {y1:.0f}C{x1:.0f} {middle:.0f} {x2:.0f} {middle:.0f} {x2:.0f} {y2:.0f}",
        label=label,
        x=(x1 + 3 * x2) / 4,
        y=y2 - 6,
        skipped=end.status == SKIPPED,
    )


@dataclass(frozen=True)
class Bar:
    """A step in the timeline; its start and its length are in thousandths of the execution's duration."""

    step: Step
    status: str
    start: float
    length: float


def timeline_of(progress: Progress) -> list[Bar]:
    """Return a bar for each step, in the order of their starts."""
    whole = max(progress.seconds, 0.001)
    return [_bar(step, progress, whole) for step in progress.steps]


def _bar(step: Step, progress: Progress, whole: float) -> Bar:
    since = (step.started - progress.started).total_seconds() if step.started and progress.started else 0.0
    start = min(max(1000 * since / whole, 0.0), 995.0)
    length = min(max(1000 * step.seconds / whole, 5.0), 1000.0 - start)
    return Bar(step, CACHED if step.cache_hit else step.status, start, length)


def named(graph: Graph, name: str) -> Node | None:
    """Return the node of a step."""
    by_name: Mapping[str, Node] = {node.name: node for node in graph.nodes}
    return by_name.get(name)
