"""A freshly forked child of a launcher, on its way into the sandbox."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from local_sagemaker.containers.process import namespaces, packages
from local_sagemaker.containers.process.exec_command import execute
from local_sagemaker.containers.process.messages import LISTENER_VARIABLE, Launch
from local_sagemaker.containers.process.paths import rewrite_ml
from local_sagemaker.containers.process.template import Template

Work = Callable[[], NoReturn]


def child_work(launch: Launch, template: Template | None, output: int, inherited: list[int]) -> Work:
    """Enter the sandbox; what is left to do is the command itself.

    Parameters
    ----------
    template
        What the child was forked from, if it was.
    output
        The descriptor that takes what the command writes.
    inherited
        Descriptors of listening sockets for the command.
    """
    os.setsid()
    namespaces.set_parent_death_signal(signal.SIGKILL)
    namespaces.become_subreaper()  # as the first process of a container is
    _take_standard_streams(output)
    launch = _enter(launch)
    for descriptor in inherited:
        os.set_inheritable(descriptor, True)  # noqa: FBT003 - its only way
        launch.environment[LISTENER_VARIABLE] = str(descriptor)
    return lambda: execute(launch, template)


def _take_standard_streams(output: int) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(nothing)
    os.close(output)


def _enter(launch: Launch) -> Launch:
    """Enter the namespaces that the kernel grants; where it grants none, the launch has its paths rewritten."""
    ml = launch.directory / "ml"
    private = launch.namespaces
    if private:
        try:
            namespaces.enter_private_mounts(ml, _scratch(launch.directory))
            namespaces.name_this_machine(launch.host_names, launch.directory / "hosts")
            packages.keep_private(launch.directory / packages.FOLDER)
        except OSError:
            private = False
    if launch.isolate_network:
        try:
            namespaces.enter_private_network()
        except OSError as error:
            os.write(2, f"Network isolation is not to be had on this machine ({error}); going on without.\n".encode())
    return launch if private else _rewritten(launch, ml)


def _scratch(directory: Path) -> Path:
    scratch = directory / ".opt"
    scratch.mkdir(exist_ok=True)
    return scratch


def _rewritten(launch: Launch, ml: Path) -> Launch:
    environment = {name: rewrite_ml(value, ml) for name, value in launch.environment.items()}
    return replace(
        launch,
        arguments=tuple(rewrite_ml(argument, ml) for argument in launch.arguments),
        environment={**environment, "SAGEMAKER_BASE_DIR": str(ml)},
        working_directory=rewrite_ml(launch.working_directory, ml),
    )
