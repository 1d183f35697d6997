"""A directed acyclic graph drawn in layers: each node below all that it follows, few lines crossing.

It is Sugiyama's method in its simplest form: layers by the longest path, then each layer sorted by the mean position of
its neighbours. https://doi.org/10.1109/TSMC.1981.4308636
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from statistics import fmean

WIDTH, HEIGHT = 210, 46
"""Size of a node in pixels."""
GAP, LAYER_GAP, ROW_GAP = 14, 40, 14
"""Pixels between nodes beside each other, between layers, and between the rows of one layer."""
MOST_IN_A_ROW = 6
MARGIN = 8
_SWEEPS = 4

Edge = tuple[str, str]


@dataclass(frozen=True)
class Layout:
    """The top left corner of each node, and the size of the drawing, in pixels."""

    places: Mapping[str, tuple[float, float]]
    width: float
    height: float


def lay_out(needs: Mapping[str, Collection[str]]) -> Layout:
    """Place nodes, each of which is given with those that it needs.

    Raises `graphlib.CycleError` if nodes need each other.
    """
    layers = _sorted_by_neighbours(layers_of(needs), needs)
    rows = [(number, row) for number, layer in enumerate(layers) for row in _rows(layer)]
    width = max((_width(row) for _, row in rows), default=0.0)
    places, top, last = {}, float(MARGIN), 0
    for at, (number, row) in enumerate(rows):
        top += 0 if at == 0 else HEIGHT + (LAYER_GAP if number != last else ROW_GAP)
        left = MARGIN + (width - _width(row)) / 2
        places.update({name: (left + position * (WIDTH + GAP), top) for position, name in enumerate(row)})
        last = number
    return Layout(places, width + 2 * MARGIN, top + HEIGHT + MARGIN)


def layers_of(needs: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Group nodes in layers, each one below the last of those that it needs.

    Examples
    --------
    >>> layers_of({"a": [], "b": ["a"], "c": ["a", "b"], "d": ["a"]})
    [['a'], ['b', 'd'], ['c']]
    """
    depth: dict[str, int] = {}
    for name in TopologicalSorter(needs).static_order():
        depth[name] = 1 + max((depth[need] for need in needs.get(name, ())), default=-1)
    layers: list[list[str]] = [[] for _ in range(1 + max(depth.values(), default=-1))]
    for name in needs:
        layers[depth[name]].append(name)
    return layers


def reduced(needs: Mapping[str, Collection[str]]) -> list[Edge]:
    """Return the edges without those that a longer path implies.

    Examples
    --------
    >>> reduced({"a": [], "b": ["a"], "c": ["a", "b"]})
    [('a', 'b'), ('b', 'c')]
    """
    above: dict[str, frozenset[str]] = {}
    for name in TopologicalSorter(needs).static_order():
        direct = needs.get(name, ())
        above[name] = frozenset(direct).union(*(above[need] for need in direct))
    return [
        (need, name)
        for name, direct in needs.items()
        for need in direct
        if not any(need in above[other] for other in direct if other != need)
    ]


def _sorted_by_neighbours(layers: list[list[str]], needs: Mapping[str, Collection[str]]) -> list[list[str]]:
    neighbours: dict[str, list[str]] = {name: [] for name in needs}
    for need, name in reduced(needs):
        neighbours[name].append(need)
        neighbours[need].append(name)
    place = {name: _relative(at, layer) for layer in layers for at, name in enumerate(layer)}
    for sweep in range(_SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            means = {name: fmean(map(place.__getitem__, neighbours[name] or [name])) for name in layer}
            layer.sort(key=means.__getitem__)
            place.update({name: _relative(at, layer) for at, name in enumerate(layer)})
    return layers


def _relative(at: int, layer: Sequence[str]) -> float:
    """Return a position within a layer from 0 to 1, so that layers of different lengths compare."""
    return (at + 0.5) / len(layer)


def _rows(layer: Sequence[str]) -> Iterable[Sequence[str]]:
    return [layer[at : at + MOST_IN_A_ROW] for at in range(0, len(layer), MOST_IN_A_ROW)]


def _width(row: Sequence[str]) -> float:
    return len(row) * (WIDTH + GAP) - GAP
