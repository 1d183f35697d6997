"""``python -m tests.performance.peers``: the same steps by each peer, in turn.

Each peer is installed into an environment of its own below the user's cache, with the versions of ``catalogue.py``.
Each round gives every peer a new folder and measures, one peer after another, the first run of the main job, and a
second with nothing changed; then steps that do nothing. In the first round a third run has other data, to see whether
the peer notices. The benchmark fails if a peer's first run did not start every step once, in order, no more at once
than the catalogue allows, or if its metrics are not those of the shell script, number for number.

The results are kept as JSON after each part: the same command goes on after an interruption. The tables go to standard
output. ``SEOUL_BIKE_DATA`` names the data, else it is the generated sample.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.performance import main_job, shell_script, usage
from tests.performance.peers import checks, environments, table
from tests.performance.peers.catalogue import PEERS
from tests.performance.peers.results import OtherConditionsError, Results
from tests.performance.peers.workplace import Run, Workplace


class Benchmark:
    """The peers to measure, and what they have in common: the definition, the data, the results."""

    def __init__(self, folder: Path, results: Results) -> None:
        self.results = results
        prepared = main_job.Workplace(folder / "prepared")
        self.definition, self.data = prepared.definition, prepared.data
        self._folder = folder
        self._pythons: dict[str, Path] = {}

    def install(self, names: Sequence[str]) -> list[str]:
        """Install the peers; return those that could be."""
        for name in names:
            _say(f"{name}: installing")
            try:
                self._pythons[name] = environments.install(name, PEERS[name])
                self.results.missing.pop(name, None)
            except environments.NotInstalledError as error:
                self.results.missing[name] = str(error)
                _say(f"{name}: {error}")
            self.results.keep()
        return [name for name in names if name in self._pythons]

    def main_job(self, name: str, number: int) -> None:
        """Measure a peer's main job, unless the results have this round."""
        rounds = self.results.runs.setdefault(name, [])
        if len(rounds) > number:
            return
        place = self._place(name, "main")
        first, again, *changed = place.main_job(self.definition, self.data, changed=number == 0)
        self._check(name, first, again)
        rounds.append({"first": list(first.usage), "again": list(again.usage)})
        self.results.again_steps[name] = [step for step, _ in again.started]
        if changed:
            self.results.changed_steps[name] = [step for step, _ in changed[0].started]
        self._finish(place)
        _say(f"{name}, round {number + 1}: {first.usage.seconds:.1f} s, again {again.usage.seconds:.1f} s")

    def noops(self, name: str, number: int) -> None:
        """Measure a peer's steps that do nothing, unless the results have this round."""
        rounds = self.results.noops.setdefault(name, [])
        if len(rounds) > number or not PEERS[name].noops:
            return
        found = {}
        for kind, parallel in (("chained", 1), ("wide", 2)):
            place = self._place(name, kind)
            found[kind] = place.noops(parallel)
            self._finish(place)
        rounds.append(found)
        self.results.keep()
        _say(f"{name}, round {number + 1}: {found['chained']:.0f} and {found['wide']:.0f} ms per step")

    def _check(self, name: str, first: Run, again: Run) -> None:
        peer, graph = PEERS[name], shell_script.graph(self.definition)
        started = [step for step, _ in first.started]
        checks.require_every_step(peer.title, graph, started)
        checks.require_parallelism(peer.title, [running for _, running in first.started], peer.at_once)
        if peer.kind == "script":
            checks.require_order(peer.title, graph, started)
        if self.results.metrics is None:
            self.results.metrics = first.metrics
        for run in (first, again):
            main_job.require_same(run.metrics, self.results.metrics, peer.title)

    def _place(self, name: str, what: str) -> Workplace:
        folder = self._folder / f"{name}-{what}"
        return Workplace(folder, PEERS[name], self._pythons[name], self._folder / "definitions")

    def _finish(self, place: Workplace) -> None:
        shutil.rmtree(place.folder)
        self.results.keep()


def conditions() -> dict[str, Any]:
    """What results must have in common to stand in one table."""
    root = shell_script.ROOT

    def output(*command: str) -> str:
        return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.strip()

    data = os.environ.get("SEOUL_BIKE_DATA")
    compiled = Path(importlib.util.cache_from_source(str(importlib.util.find_spec("pandas").origin))).exists()
    return {
        "machine": f"{os.cpu_count()} cores ({platform.machine()})",
        "python": f"{platform.python_version()}, packages {'' if compiled else 'not '}compiled",
        "commit": output("git", "describe", "--always", "--dirty", "--exclude", "*"),
        "data": "the published file" if data else "the generated sample",
        "packages": [package for peer in PEERS.values() for package in peer.packages],
        "make": output("make", "--version").splitlines()[0],
    }


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _leave(*_: object) -> None:
    sys.exit(143)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what the results do not have yet, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.performance.peers", description="The same steps by each.")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured (default: 5)")
    parser.add_argument(
        "--only", action="append", choices=PEERS, metavar="PEER", help=f"measure it and the shell script: {list(PEERS)}"
    )
    parser.add_argument("--results", type=Path, help="the JSON file of the results (default: in the user's cache)")
    parser.add_argument(
        "--table", action="store_true", help="print the tables of what was measured, and do nothing else"
    )
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _leave)
    usage.adopt_orphans()
    try:
        path = options.results or environments.folder() / "results.json"
        results = Results(path, None if options.table else conditions())
    except OtherConditionsError as error:
        sys.exit(str(error))
    if not options.table:
        names = [name for name in PEERS if not options.only or name in (*options.only, "script")]
        _measure(results, names, options.rounds)
    sys.stdout.writelines(f"{line}\n" for line in table.lines(results))


def _measure(results: Results, names: Sequence[str], rounds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="peers-") as temporary, usage.ending_all():
        benchmark = Benchmark(Path(temporary), results)
        measurable = benchmark.install(names)
        for number in range(rounds):
            for name in measurable:
                benchmark.main_job(name, number)
            for name in measurable:
                benchmark.noops(name, number)


if __name__ == "__main__":
    main()
