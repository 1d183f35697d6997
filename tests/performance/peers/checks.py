"""What makes the benchmark fail: a side that did other work than the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def require_every_step(title: str, graph: Mapping[str, Sequence[str]], started: Sequence[str]) -> None:
    """See that each step of a graph started once.

    Raises
    ------
    RuntimeError
        One did not, or started twice.
    """
    if sorted(started) != sorted(graph):
        missing, more = set(graph) - set(started), set(started) - set(graph)
        twice = {name for name in started if started.count(name) > 1}
        raise RuntimeError(
            f"{title} did not run each step once: without {sorted(missing)}, twice {sorted(twice)}, other "
            f"{sorted(more)}."
        )


def require_order(title: str, graph: Mapping[str, Sequence[str]], started: Sequence[str]) -> None:
    """See that no step started before one that it needs; raises RuntimeError."""
    for position, name in enumerate(started):
        if early := set(graph[name]) - set(started[:position]):
            raise RuntimeError(f"{title} started {name} before {sorted(early)}.")


def require_parallelism(title: str, running: Sequence[int], at_once: int) -> None:
    """See that no more steps ran at once than may; raises RuntimeError."""
    if max(running, default=0) > at_once:
        raise RuntimeError(f"{title} ran {max(running)} steps at once, of {at_once}.")
