"""What may start now: the one rule by which an execution goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from local_sagemaker.definition.parse import Definition, Step


def ready(definition: Definition, statuses: Mapping[str, str], outcomes: Mapping[str, bool]) -> Iterator[Step]:
    """The steps that have not started, and whose needs have all succeeded, in the order of the definition.

    Parameters
    ----------
    statuses
        Of every step that has started.
    outcomes
        Of every condition that was evaluated: which branch may run.
    """
    for step in definition.steps.values():
        if step.name in statuses or any(statuses.get(need) != "Succeeded" for need in step.waits_for):
            continue
        if step.branch is None or outcomes.get(step.branch[0]) is step.branch[1]:
            yield step


def find_cycle(definition: Definition) -> list[str] | None:
    """Steps that wait for each other in a circle, the first one again at the end; None where there are none."""
    finished: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str] | None:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in finished or name not in definition.steps:
            return None
        for need in sorted(definition.steps[name].waits_for):
            found = visit(need, [*path, name])
            if found:
                return found
        finished.add(name)
        return None

    return next((cycle for name in definition.steps if (cycle := visit(name, []))), None)
