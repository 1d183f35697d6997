"""Builds the definition in a process of its own, while the caller gets on with other things.

A definition for the local target depends on nothing but its inputs and our own files, so it is built once and kept.
The values that change most often are filled in afterwards: see `placeholders`.
"""

import contextlib
import os
import subprocess
import sys

from pipelines.data.code_bundles import Bundle, commit
from pipelines.definition import kept
from pipelines.definition.document import Definition
from pipelines.definition.placeholders import Inputs, inputs_of
from pipelines.definition.sdk_environment import NO_ACCOUNT, sdk_environment
from pipelines.definition.sdk_process import last_line
from pipelines.errors import EnvironmentProblem, InvalidDefinition
from pipelines.settings.fields import Settings
from pipelines.target.connection import Target


class Build:
    """A definition being built; `result` waits for it."""

    def __init__(self, settings: Settings, target: Target, bundles: list[Bundle]) -> None:
        self._target = target
        self._inputs = _inputs(settings, target, bundles)
        self._file = kept.kept_file(self._inputs.shape, target.jumpstart) if target.name == "local" else None
        self._kept = kept.read(self._file) if self._file else None
        self._files = contextlib.ExitStack()
        self._process = self._start() if self._kept is None else None

    def _start(self) -> subprocess.Popen[bytes]:
        variables = self._files.enter_context(sdk_environment(self._target, self._target.jumpstart))
        # Without a turn the process builds, even if a definition is kept: `result` has refused that one.
        turn = self._files.enter_context(kept.turn(self._file)) if self._file and self._kept is None else None
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", kept.BUILDER, *([str(turn), str(self._file)] if turn is not None else [])],
            pass_fds=() if turn is None else (turn,),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**_without_endpoint(self._target), **variables, "DISABLE_JUMPSTART_LOGGING": "true"},
        )
        assert process.stdin is not None
        process.stdin.write(self._inputs.shape.encode())
        process.stdin.close()
        process.stdin = None
        return process

    def result(self) -> Definition:
        """Wait for the definition, and check it, even one that was kept: the check may have become stricter.

        Raises `InvalidDefinition` if the service would refuse it. Raises `EnvironmentProblem` if the SDK could not
        resolve an image or a JumpStart model, or is not installed.
        """
        from pipelines.definition.checks import check  # botocore takes a while to import

        if self._kept is not None and self._file is not None:
            with contextlib.suppress(InvalidDefinition, ValueError):
                text = self._inputs.fill(self._kept)
                check(text)
                return Definition(text)
        # A kept definition that fails is damaged, or only the values of this command are wrong: build it again.
        with self._files:
            built = self._built(self._process or self._start())
            text = self._inputs.fill(built)
            check(text)
            if self._file is not None:
                kept.keep(self._file, built)
        return Definition(text)

    def _built(self, process: subprocess.Popen[bytes]) -> str:
        output, log = process.communicate()
        if process.returncode != 0:
            last = last_line(log.decode(errors="replace"))
            raise EnvironmentProblem(f"The SageMaker SDK could not build the definition: {last}")
        return output.decode()

    def cancel(self) -> None:
        """End the process, if there is one."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.communicate()
        self._files.close()


def _inputs(settings: Settings, target: Target, bundles: list[Bundle]) -> Inputs:
    """Everything that the definition depends on, and nothing else."""
    locations = {
        "region": target.region,
        "role": target.role,
        "bucket": target.bucket,
        "code": {bundle.name: bundle.uri(target.bucket, settings.pipeline_name) for bundle in bundles},
        "commit": commit(),
    }
    return inputs_of(settings, locations)


def _without_endpoint(target: Target) -> dict[str, str]:
    """For the local target, keep the process from finding AWS, a server or a profile."""
    if target.name == "aws":
        return dict(os.environ)
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAGEMAKER_"))}
    return {**own, **NO_ACCOUNT}
