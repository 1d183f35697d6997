"""The order of steps: which ones can start, and whether they wait for each other."""

from collections.abc import Iterator, Mapping

from local_sagemaker.definition.parse import Definition, Step


def ready(definition: Definition, statuses: Mapping[str, str], outcomes: Mapping[str, bool]) -> Iterator[Step]:
    """The steps that can start, in the order of the definition: everything that they wait for has succeeded.

    ``statuses`` has the status of every step that has started, and ``outcomes`` the outcome of every condition step
    that has run: the branch that may run.
    """
    for step in definition.steps.values():
        if step.name in statuses or any(statuses.get(need) != "Succeeded" for need in step.waits_for):
            continue
        if step.branch is None or outcomes.get(step.branch[0]) is step.branch[1]:
            yield step


def find_cycle(definition: Definition) -> list[str] | None:
    """Steps that wait for each other, the first one again at the end; None if there are none."""
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
