"""The results as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from tests.performance.peers.catalogue import PEERS
from tests.performance.peers.results import Results

COLUMNS = 10
_Round = dict[str, list[float]]


def lines(results: Results) -> Iterator[str]:
    """Yield the tables: the main job, and steps that do nothing."""
    yield from _conditions(results)
    yield ""
    yield (
        "| both tasks, all candidates | rounds | first run, s | min to max | ratio to the script | processors, s | "
        "peak memory, MiB | nothing changed, s | steps run again | data changed: steps run again |"
    )
    yield "|---" * COLUMNS + "|"
    for name, peer in PEERS.items():
        if results.runs.get(name):
            yield f"| {peer.title} | {' | '.join(_cells(results, name))} |"
        elif name in results.missing:
            reason = results.missing[name].replace("|", "/")
            yield f"| {peer.title} | not measured: {reason} |{' |' * (COLUMNS - 2)}"
    yield ""
    yield "| steps that do nothing, ms per step | one after another | min to max | two at a time | min to max |"
    yield "|---|---|---|---|---|"
    for name, peer in PEERS.items():
        if rounds := results.noops.get(name):
            cells = [_spread([each[kind] for each in rounds], ".0f") for kind in ("chained", "wide")]
            yield f"| {peer.title} | {' | '.join(cells)} |"


def _conditions(results: Results) -> Iterator[str]:
    found = results.conditions
    yield f"{found['machine']}, Python {found['python']}, commit {found['commit']}. Data: {found['data']}."
    yield f"Peers: {', '.join(found['packages'])}; {found['make']}."


def _cells(results: Results, name: str) -> list[str]:
    rounds = results.runs[name]
    script = results.runs["script"]
    ratios = [own["first"][0] / other["first"][0] for own, other in zip(rounds, script, strict=False)]
    changed = results.changed_steps.get(name)
    return [
        str(len(rounds)),
        _spread(_column(rounds, "first", 0), ".1f"),
        f"{statistics.median(ratios):.2f}",
        f"{statistics.median(_column(rounds, 'first', 1)):.1f}",
        f"{statistics.median(_column(rounds, 'first', 2)):.0f}",
        f"{statistics.median(_column(rounds, 'again', 0)):.1f}",
        str(len(results.again_steps[name])),
        "" if changed is None else str(len(changed)),
    ]


def _column(rounds: list[_Round], run: str, position: int) -> list[float]:
    return [each[run][position] for each in rounds]


def _spread(values: list[float], form: str) -> str:
    return f"{statistics.median(values):{form}} | {min(values):{form}} to {max(values):{form}}"
