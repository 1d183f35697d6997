"""The peers as data: versions, commands and settings.

Braces in commands and variables stand for ``{python}``, the interpreter of the peer's own environment (ours for those
without packages), ``{bin}``, its folder, ``{folder}``, the peer's folder of this round, ``{parallel}``, ``{port}``, a
free port, and ``{definitions}``, the cache with the kept definition.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Command = tuple[str, ...]


class Peer(NamedTuple):
    """A program that runs the steps.

    Parameters
    ----------
    title
        Its name in the table.
    first, again
        The commands of the first run, and of one with nothing changed.
    noops
        The command that runs steps that do nothing; empty: not measured.
    packages
        What its environment contains, with versions; empty: it runs in ours.
    programs
        Files of ``programs`` that it runs.
    variables
        Its environment, besides PATH and HOME.
    before
        A command that users run once, not measured.
    service, ready
        A command that goes on while the others run, and the address that answers when it is ready.
    at_once
        How many steps may run at once.
    kind
        ``own``: it prints its steps and metrics as JSON, and its steps that do nothing are those of ``overhead.py``.
    """

    title: str
    first: Command
    again: Command
    noops: Command = ()
    packages: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    variables: Mapping[str, str] = {}
    before: Command = ()
    service: Command = ()
    ready: str = ""
    at_once: int = 2
    kind: Literal["script", "own"] = "script"


def _own(at_once: int = 2) -> Command:
    parallel = ("--max-parallel-steps", str(at_once))
    return ("{python}", "-m", "pipelines.run", "--target", "local", "--upsert", "--start", "--json", *parallel)


_OWN_NOOPS = (
    *("{python}", "-c"),
    "import json; from pathlib import Path; from tests.performance import overhead; "
    "print(json.dumps(overhead.measure(Path('{folder}', 'state'))))",
)
_OWN_VARIABLES = {
    "SEOUL_BIKE_DATA": "{folder}/store/data/data.csv",
    "SAGEMAKER_LOCAL_STATE_DIR": "{folder}/state",
    "SAGEMAKER_LOCAL_KEEP_ALIVE": "0",
    "XDG_CACHE_HOME": "{definitions}",
    "PYTHONPATH": "{root}",
}
_DAGSTER = ("{bin}/dagster", "job", "execute", "--module-name", "with_dagster", "--job", "every_step")
_BUILD = ("{python}", "-m", "pipelines.run", "--target", "local", "--dry-run")


def _make(at_once: int, noops: Command = ()) -> Peer:
    command = ("make", "--silent", f"-j{at_once}")
    return Peer(f"make, `-j{at_once}`", command, command, noops, at_once=at_once)


def _program(name: str, *options: str) -> Command:
    return ("{python}", f"{name}.py", *options)


PEERS: Mapping[str, Peer] = {
    "script": Peer(
        "shell script",
        ("bash", "run.sh"),
        ("bash", "run.sh"),
        ("xargs", "--arg-file", "names", "--max-procs", "{parallel}", "--max-args", "1", "{python}", "noop.py"),
    ),
    "make-j2": _make(2, ("make", "--silent", "-j{parallel}")),
    "make-j3": _make(3),
    "kedro": Peer(
        "Kedro, ParallelRunner",
        _program("with_kedro"),
        _program("with_kedro", "--only-missing-outputs"),
        _program("with_kedro"),
        packages=("kedro==1.7.0", "kedro-datasets==9.6.0"),
        programs=("with_kedro.py",),
        variables={"DO_NOT_TRACK": "1"},
    ),
    "metaflow": Peer(
        "Metaflow, local",
        _program("with_metaflow", "--quiet", "run", "--max-workers", "2"),
        _program("with_metaflow", "--quiet", "resume", "--max-workers", "2"),
        _program("with_metaflow_noops", "--quiet", "run", "--max-workers", "{parallel}"),
        packages=("metaflow==2.19.39",),
        programs=("with_metaflow.py", "with_metaflow_noops.py"),
        variables={"USERNAME": "benchmark", "METAFLOW_DEFAULT_METADATA": "local"},
    ),
    "prefect": Peer(
        "Prefect, local server",
        _program("with_prefect"),
        _program("with_prefect"),
        _program("with_prefect"),
        packages=("prefect==3.9.1",),
        programs=("with_prefect.py",),
        variables={
            "DO_NOT_TRACK": "1",
            "PREFECT_API_URL": "http://127.0.0.1:{port}/api",
            "PREFECT_HOME": "{folder}/prefect",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        },
        service=("{bin}/prefect", "server", "start", "--host", "127.0.0.1", "--port", "{port}"),
        ready="http://127.0.0.1:{port}/api/health",
    ),
    "zenml": Peer(
        "ZenML, local orchestrator",
        _program("with_zenml"),
        _program("with_zenml"),
        _program("with_zenml"),
        packages=("zenml[local]==0.98.0",),
        programs=("with_zenml.py",),
        variables={
            "ZENML_ANALYTICS_OPT_IN": "false",
            "ZENML_CONFIG_PATH": "{folder}/zenml",
            "ZENML_DYNAMIC_PIPELINE_WORKER_COUNT": "{parallel}",
        },
        before=("{bin}/zenml", "init"),
    ),
    "dagster": Peer(
        "Dagster, multiprocess",
        _DAGSTER,
        _DAGSTER,
        _DAGSTER,
        packages=("dagster==1.13.29",),
        programs=("with_dagster.py",),
        variables={"DAGSTER_HOME": "{folder}/dagster", "DAGSTER_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"},
    ),
    "fresh": Peer(
        "boostpipe, fresh checkout",
        _own(),
        _own(),
        variables={**_OWN_VARIABLES, "XDG_CACHE_HOME": "{folder}/cache"},
        kind="own",
    ),
    "cold": Peer("boostpipe, no service yet", _own(), _own(), variables=_OWN_VARIABLES, before=_BUILD, kind="own"),
    "cold-three": Peer(
        "boostpipe, no service yet, three steps at once",
        _own(3),
        _own(3),
        variables=_OWN_VARIABLES,
        before=_BUILD,
        at_once=3,
        kind="own",
    ),
    "warm": Peer(
        "boostpipe, running service",
        _own(),
        _own(),
        _OWN_NOOPS,
        variables={**_OWN_VARIABLES, "SAGEMAKER_LOCAL_KEEP_ALIVE": "60"},
        before=_BUILD,
        service=("{python}", "-m", "local_sagemaker", "serve", "--state-dir", "{folder}/state"),
        kind="own",
    ),
}
