"""The main job on the local service, beside the same containers as bare processes started by a plain shell script.

``python -m tests.performance.main_job`` prints a table of wall times, and of processor times, which leave out what
others take of a busy machine, but also what waiting costs. On both sides the same scripts run on the same
data with the same parallelism and the same thread counts, in turn, so that both meet the same machine:

- **service**: ``python -m pipelines.run --upsert --start`` on a fresh state directory, from the start of the command to
  its end: the service and its template process, uploads, the pipeline, its execution, the results. The definition has
  been built before.
- **shell script**: written out by ``shell_script``: preprocessing, six trainings, two evaluations and two batch
  predictions, wired with ``cp`` and ``tar``. It stays in the folder of ``--keep``, to be run by hand.

The last two lines show what the script's processes spend on starting and on imports, and what ratio would be left to a
service that did all the rest and cost nothing.

The data is the file that ``SEOUL_BIKE_DATA`` names, else the generated sample.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from pipelines.data.sample import generate_sample
from pipelines.settings.fields import Settings
from tests.performance import shell_script, starts

TASKS = ("Regression", "Classification")
LIBRARIES = ("pandas", "scikit-learn", "xgboost-cpu", "lightgbm", "catboost")
Measures = dict[str, Any]


class Cost(NamedTuple):
    """The seconds of one run: elapsed, and of processors by all of its processes."""

    clock: float
    processors: float


class Workplace:
    """A folder with the data and the definition that both sides work from."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.data = _data(folder)
        self._environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "SEOUL_BIKE_DATA": str(self.data)}
        self.definition = json.loads(self._command("--dry-run"))

    def with_service(self, turn: int) -> tuple[Cost, Measures]:
        """The seconds of one run on the service, and the metrics of each task's candidates."""
        begin = _now()
        answer = json.loads(
            self._command("--upsert", "--start", "--json", "--state-dir", str(self.folder / f"service-{turn}"))
        )
        cost = _since(begin)
        if len(list((self.folder / "cache").rglob("definitions/*.json"))) != 1:
            raise RuntimeError("The definition was built anew while the clock ran.")
        return cost, service_metrics(answer)

    def with_script(self, turn: int) -> tuple[Cost, Measures]:
        """The same of one run of the shell script."""
        folder = self.folder / f"script-{turn}"
        script = self._script(folder)
        begin = _now()
        subprocess.run(["bash", str(script)], check=True)
        return _since(begin), script_metrics(folder, self.definition)

    def starts(self) -> float:
        """Seconds of processors for starting the script's processes, and for their imports."""
        return starts.processors(self._script(self.folder / "starts"))

    def _script(self, folder: Path) -> Path:
        parallel = Settings().max_parallel_steps
        ports = [free_port() for _ in TASKS]
        return shell_script.write(folder, self.definition, self.data, parallel=parallel, ports=ports)

    def _command(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "pipelines.run", "--target", "local", *arguments]
        ran = subprocess.run(
            command, cwd=shell_script.ROOT, env=self._environment, capture_output=True, text=True, check=False
        )
        if ran.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} ended with {ran.returncode}:\n{ran.stderr}")
        return ran.stdout


def _now() -> Cost:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(time.perf_counter(), used.ru_utime + used.ru_stime)


def _since(begin: Cost) -> Cost:
    end = _now()
    return Cost(end.clock - begin.clock, end.processors - begin.processors)


def _data(folder: Path) -> Path:
    given = os.environ.get("SEOUL_BIKE_DATA")
    if given:
        return Path(given).resolve()
    sample = folder / "generated-sample.csv"
    sample.write_bytes(generate_sample())
    return sample


def service_metrics(answer: Mapping[str, Any]) -> Measures:
    """The metrics of each task's candidates, from the JSON of ``run --json``."""
    return {task: answer["tasks"][task.lower()]["candidates"] for task in TASKS}


def script_metrics(folder: Path, definition: Mapping[str, Any]) -> Measures:
    """The same from the evaluations in the folder of a shell script."""
    found = {}
    for task in TASKS:
        uri = shell_script.evaluation_uri(definition, task)
        report = folder / "store" / uri.removeprefix("s3://") / "evaluation.json"
        found[task] = json.loads(report.read_text(encoding="utf-8"))["candidates"]
    return found


def free_port() -> int:
    """A port of the loopback interface that nothing uses."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def require_same(ours: Measures, script: Measures, side: str = "the service") -> None:
    """Hold the metrics of a side and of the shell script against each other, number for number.

    Raises
    ------
    RuntimeError
        They did not do the same work.
    """
    for task in TASKS:
        for algorithm, candidate in script[task].items():
            for part in ("validation", "test"):
                found = ours[task][algorithm][part]
                other = {name: value for name, value in candidate[part].items() if found.get(name, value) != value}
                if other:
                    raise RuntimeError(f"{task}, {algorithm}, {part}: {found} by {side}, {other} by the shell script.")


class Turn(NamedTuple):
    """One run of each, and the machine's load average before them."""

    service: Cost
    script: Cost
    load: float


def measure(workplace: Workplace, turns: int) -> list[Turn]:
    """Let both work in turn, and see that they did the same."""
    found = []
    for number in range(turns):
        load = os.getloadavg()[0]
        service, ours = workplace.with_service(number)
        script, theirs = workplace.with_script(number)
        require_same(ours, theirs)
        found.append(Turn(service, script, load))
    return found


def table(turns: list[Turn], starting: float) -> Iterator[str]:
    """Yield the lines of the table; ``starting`` are the seconds of processors that a service could save."""
    yield f"| both tasks, all candidates | median of {len(turns)} | min | max |"
    yield "|---|---|---|---|"
    for what, member in (("on the clock", "clock"), ("of processors", "processors")):
        service, script = ([getattr(getattr(turn, side), member) for turn in turns] for side in ("service", "script"))
        yield _row(f"service, seconds {what}", service, ".1f")
        yield _row(f"shell script, seconds {what}", script, ".1f")
        yield _row(f"**ratio {what}**", [one / other for one, other in zip(service, script, strict=True)], ".2f")
    whole = statistics.median(turn.script.processors for turn in turns)
    yield f"| of the script's, for starting and importing | {starting:.1f} | | |"
    yield f"| ratio that would be left without these | {(whole - starting) / whole:.2f} | | |"


def _row(name: str, values: list[float], form: str) -> str:
    return f"| {name} | {statistics.median(values):{form}} | {min(values):{form}} | {max(values):{form}} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the machine and the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="a new folder that stays, with the scripts in it")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        workplace = Workplace(options.keep or Path(temporary))
        turns = measure(workplace, options.turns)
        starting = workplace.starts()
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    data = "the published file" if os.environ.get("SEOUL_BIKE_DATA") else "the generated sample"
    loads = ", ".join(f"{turn.load:.1f}" for turn in turns)
    sys.stdout.write(f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {versions}\n")
    sys.stdout.write(f"Data: {data}. Load average before each turn: {loads}\n\n")
    sys.stdout.writelines(f"{line}\n" for line in table(turns, starting))


if __name__ == "__main__":
    main()
