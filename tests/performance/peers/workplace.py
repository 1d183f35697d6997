"""A peer's folder of one round: the steps, its programs and all that it keeps; and the runs in it."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.performance import main_job, shell_script, usage
from tests.performance.peers.catalogue import Command, Peer
from tests.performance.usage import Usage

PROGRAMS = Path(__file__).with_name("programs")
NOOPS = 50
CHANGED_ROWS = 24
_READY_SECONDS = 120


class Step(NamedTuple):
    """A step: its name, the steps that it needs, and its command."""

    name: str
    needs: list[str]
    command: list[str]


class Run(NamedTuple):
    """A run of the main job: what it used, the steps that ran, each with how many ran then, and the metrics."""

    usage: Usage
    started: list[tuple[str, int]]
    metrics: main_job.Measures


class Workplace:
    """The folder of a peer for one round."""

    def __init__(self, folder: Path, peer: Peer, python: Path, definitions: Path) -> None:
        folder.mkdir(parents=True)
        self.folder, self.peer = folder, peer
        self._places = {
            "folder": str(folder),
            "python": str(python),
            "bin": str(python.parent),
            "port": str(main_job.free_port()),
            "parallel": "2",
            "definitions": str(definitions),
            "root": str(shell_script.ROOT),
        }

    def main_job(self, definition: Mapping[str, Any], data: Path, *, changed: bool) -> Iterator[Run]:
        """Run the main job, run it again, and if ``changed`` once more with other data."""
        ports = [main_job.free_port() for _ in main_job.TASKS]
        shell_script.write(self.folder, definition, data, parallel=2, ports=ports)
        steps = main_steps(definition)
        write_steps(self.folder, steps, 2, self.peer.programs)
        with self._open():
            yield self._run(self.peer.first, definition)
            yield self._run(self.peer.again, definition)
            if changed:
                change(self.folder / "store" / "data" / "data.csv")
                yield self._run(self.peer.again, definition)

    def noops(self, parallel: int, count: int = NOOPS) -> float:
        """Milliseconds per step of a run of so many steps that do nothing, ``parallel`` at once."""
        self._places["parallel"] = str(parallel)
        if self.peer.kind == "own":
            found = json.loads(self._usage(self.peer.noops)[1])
            return statistics.median(found["one after another" if parallel == 1 else "two at a time"])
        write_steps(self.folder, noop_steps(count, chained=parallel == 1), parallel, self.peer.programs)
        with self._open():
            self._usage(self.peer.noops)
        beats = sorted(float(line) for line in (self.folder / "beats").read_text(encoding="utf-8").split())
        if len(beats) != count:
            raise RuntimeError(f"{self.peer.title} ran {len(beats)} of {count} steps that do nothing.")
        return 1000 * (beats[-1] - beats[0]) / (count - 1)

    @contextlib.contextmanager
    def _open(self) -> Iterator[None]:
        """Do what users do once, and keep the peer's service until all is done."""
        with usage.ending_all():
            if self.peer.before:
                self._usage(self.peer.before)
            if self.peer.service:
                with (self.folder / "service.log").open("wb") as log:
                    subprocess.Popen(
                        self._filled(self.peer.service), cwd=self.folder, env=self._variables(), stdout=log, stderr=log
                    )
                self._wait_until_ready()
                usage.wait_until_idle()
            yield

    def _wait_until_ready(self) -> None:
        if not self.peer.ready:
            return
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), urllib.request.urlopen(self.peer.ready.format(**self._places)):
                return
            time.sleep(0.2)
        raise RuntimeError(f"The service of {self.peer.title} did not answer within {_READY_SECONDS} s.")

    def _run(self, command: Command, definition: Mapping[str, Any]) -> Run:
        log = self.folder / "started"
        log.unlink(missing_ok=True)
        used, written = self._usage(command)
        if self.peer.kind == "own":
            answer = json.loads(written)
            names = set(shell_script.graph(definition))
            started = [(each["name"], 1) for each in answer["steps"] if each["name"] in names and not each["cache_hit"]]
            return Run(used, started, main_job.service_metrics(answer))
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        started = [(name, int(running)) for name, running in (line.split() for line in lines)]
        return Run(used, started, main_job.script_metrics(self.folder, definition))

    def _usage(self, command: Command) -> tuple[Usage, str]:
        return usage.run(self._filled(command), self.folder, self._variables(), self.folder / "log")

    def _filled(self, words: Iterable[str]) -> list[str]:
        return [self._fill(word) for word in words]

    def _fill(self, text: str) -> str:
        for name, value in self._places.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def _variables(self) -> dict[str, str]:
        own = {name: self._fill(value) for name, value in self.peer.variables.items()}
        (self.folder / "home").mkdir(exist_ok=True)
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder / "home"), "LANG": "C.UTF-8", **own}


def main_steps(definition: Mapping[str, Any]) -> list[Step]:
    """The steps of the main job, each by its name a command of the shell script; those that need less come first."""
    graph = shell_script.graph(definition)
    depths: dict[str, int] = {}
    for name, needs in graph.items():
        depths[name] = 1 + max((depths[need] for need in needs), default=0)
    return [Step(name, graph[name], ["bash", "run.sh", name]) for name in sorted(graph, key=depths.__getitem__)]


def noop_steps(count: int, *, chained: bool) -> list[Step]:
    """Steps that do nothing, each after the one before it or none after another."""
    command = [sys.executable, "noop.py"]
    return [Step(f"Step{i}", [f"Step{i - 1}"] if chained and i else [], command) for i in range(count)]


def write_steps(folder: Path, steps: Sequence[Step], parallel: int, programs: Iterable[str]) -> None:
    """Write the steps as each peer reads them, and copy the peer's programs."""
    written = {"parallel": parallel, "steps": [step._asdict() for step in steps]}
    files = {name: (PROGRAMS / name).read_text(encoding="utf-8") for name in ("steps.py", "noop.py", *programs)}
    files["steps.json"] = json.dumps(written, indent=1)
    files["names"] = "".join(f"{step.name}\n" for step in steps)
    files["Makefile"] = "\n".join(_makefile(steps)) + "\n"
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name in ("made", "dagster"):
        (folder / name).mkdir(exist_ok=True)


def _makefile(steps: Sequence[Step]) -> Iterator[str]:
    """Yield a Makefile: a step is made when its file is older than those of the steps that it needs, or the data."""
    yield f"all: {' '.join(f'made/{step.name}' for step in steps)}"
    for step in steps:
        data = [] if step.needs or step.command[0] != "bash" else ["store/data/data.csv"]
        yield f"made/{step.name}: {' '.join([*data, *(f'made/{need}' for need in step.needs)])}"
        yield f"\t{' '.join(step.command)} && touch $@"


def change(data: Path) -> None:
    """Remove the last day of the data."""
    lines = data.read_bytes().splitlines(keepends=True)
    data.write_bytes(b"".join(lines[:-CHANGED_ROWS]))
