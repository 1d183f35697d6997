"""Builds the definition in a process of its own.

The SDK takes some ten seconds to import, writes to stdout, resets log levels, wants its region before it is imported
and sends telemetry. Here it does all of that where nobody notices, while the caller gets on with other things. What
is pinned (this machine, dry runs) depends on nothing but the inputs and our own files, so it is built once and kept.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import subprocess
import sys
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from pipelines.data.code_bundles import Bundle, commit
from pipelines.data.dataset import cache_folder
from pipelines.definition.document import check, digest
from pipelines.definition.sdk_process import answer, last_words
from pipelines.errors import EnvironmentProblem
from pipelines.settings import Settings
from pipelines.target import Target

NOT_IN_THE_DEFINITION = (
    "target",
    "data",
    "state_dir",
    "role_arn",
    "schedule_role_arn",
    "region",
    "bucket",
    "stack",
    "isolation",
    "prices",
    "max_parallel_steps",
)
SOURCES = ("definition", "../local_sagemaker/jumpstart/table.json", "settings.py", "names.py", "aws/tags.py")


@dataclasses.dataclass(frozen=True)
class Definition:
    """A checked definition: its text and its sha256."""

    text: str

    @property
    def sha256(self) -> str:
        """Digest of the text, in hexadecimal."""
        return digest(self.text)

    @property
    def content(self) -> dict[str, Any]:
        """The definition as an object."""
        content: dict[str, Any] = json.loads(self.text)
        return content


class Build:
    """A definition being built; ``result`` waits for it."""

    def __init__(self, settings: Settings, target: Target, bundles: list[Bundle]) -> None:
        self._inputs = _inputs(settings, target, bundles)
        self._kept = _kept_file(self._inputs) if target.name == "local" else None
        self._process = None if self._kept and self._kept.is_file() else self._start(target)

    def _start(self, target: Target) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipelines.definition.build"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**_without_endpoint(target), **target.sdk_environment, "DISABLE_JUMPSTART_LOGGING": "true"},
        )
        assert process.stdin is not None
        process.stdin.write(self._inputs.encode())
        process.stdin.close()
        process.stdin = None
        return process

    def result(self) -> Definition:
        """Wait, check, and give the definition.

        Raises
        ------
        InvalidDefinition
            The service would refuse it.
        EnvironmentProblem
            The SDK could not resolve an image or a JumpStart model, or is not installed.
        """
        if self._process is None:
            assert self._kept is not None
            return Definition(self._kept.read_text(encoding="utf-8"))
        output, log = self._process.communicate()
        if self._process.returncode != 0:
            last = last_words(log.decode(errors="replace"))
            raise EnvironmentProblem(f"The SageMaker SDK could not build the definition: {last}")
        definition = Definition(output.decode())
        check(definition.text)
        if self._kept is not None:
            _keep(self._kept, definition.text)
        return definition

    def cancel(self) -> None:
        """End the process, if there is one."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


def _inputs(settings: Settings, target: Target, bundles: list[Bundle]) -> str:
    """Everything the definition is made from, and nothing else."""
    values = dataclasses.asdict(settings)
    locations = {
        "region": target.region,
        "role": target.role,
        "bucket": target.bucket,
        "code": {bundle.name: bundle.uri(target.bucket, settings.pipeline_name) for bundle in bundles},
        "commit": commit(),
    }
    made_from = {name: value for name, value in values.items() if name not in NOT_IN_THE_DEFINITION}
    return json.dumps({"settings": made_from, "locations": locations}, sort_keys=True)


def _kept_file(inputs: str) -> Path:
    content = hashlib.sha256(inputs.encode())
    for package in ("sagemaker", "sagemaker-core", "sagemaker-train", "sagemaker-mlops"):
        content.update(metadata.version(package).encode())
    root = Path(str(resources.files("pipelines")))
    for source in SOURCES:
        path = root / source
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            content.update(file.read_bytes())
    return cache_folder() / "definitions" / f"{content.hexdigest()}.json"


def _keep(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError:
        return  # a cache that cannot be written costs time, nothing else


def _without_endpoint(target: Target) -> dict[str, str]:
    """For what is pinned, keep the builder from reaching anything: not AWS, not a server, not a profile."""
    if target.name == "aws":
        return dict(os.environ)
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAGEMAKER_"))}


def _build(inputs: dict[str, Any]) -> str:
    """Build the definition of the settings and locations that are given."""
    from pipelines.definition.dag import build_pipeline
    from pipelines.definition.document import canonical
    from pipelines.definition.steps import Locations

    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in inputs["settings"].items()
    }
    pipeline = build_pipeline(Settings(**values), Locations(**inputs["locations"]))
    return canonical(json.loads(pipeline.definition()))


if __name__ == "__main__":
    sys.exit(answer(_build))
