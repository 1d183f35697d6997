"""The first steps of a forked child: a session of its own, its standard streams, and its sandbox."""

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from local_sagemaker.containers.process import landlock, namespaces, packages
from local_sagemaker.containers.process.hard_coded_paths import find_in_command
from local_sagemaker.containers.process.messages import LISTENER_VARIABLE, STAND_IN, Launch
from local_sagemaker.containers.process.paths import rewrite_ml


def enter_sandbox(launch: Launch, output: int, inherited: list[int]) -> Launch:
    """Make the calling process, a fresh fork, the first process of a container.

    ``output`` is the descriptor that receives standard output and standard error; ``inherited`` are the descriptors of
    listening sockets for the command.

    Returns the launch as it is to be executed here: without namespaces, its paths are rewritten.
    """
    # A process group of its own, so that one kill reaches the command and what it started.
    os.setsid()
    # The kernel, not the launcher, ends the job when the launcher is killed: a SIGKILL leaves it no time to do so.
    namespaces.set_parent_death_signal(signal.SIGKILL)
    namespaces.become_subreaper()  # as the first process of a container is
    _replace_standard_streams(output)
    launch = _enter_namespaces(launch)
    for descriptor in inherited:
        os.set_inheritable(descriptor, True)  # noqa: FBT003 - its only way
        launch.environment[LISTENER_VARIABLE] = str(descriptor)
    return launch


def _replace_standard_streams(output: int) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(nothing)
    os.close(output)


def _enter_namespaces(launch: Launch) -> Launch:
    """Enter the namespaces that the kernel allows; without a mount namespace, return the launch with other paths."""
    ml = launch.directory / "ml"
    private = launch.namespaces
    if private:
        try:
            namespaces.enter_private_mounts(ml, _scratch(launch.directory))
            namespaces.map_host_names(launch.host_names, launch.directory / "hosts")
            packages.keep_private(launch.directory / packages.FOLDER)
        except OSError:
            private = False
    if launch.network_isolation:
        try:
            namespaces.enter_private_network()
        except OSError as error:
            os.write(2, f"Network isolation is not available ({error}); the job runs without it.\n".encode())
    if launch.working_directory == "/":
        launch = _with_root(launch, private=private)
    if private:
        return launch
    landlock.deny_writing(namespaces.ML, launch.directory)
    launch = _with_rewritten_paths(launch, ml)
    # A stand-in checks the user's script when it has fetched that.
    if STAND_IN not in launch.arguments:
        found = find_in_command(launch.arguments, launch.environment, launch.working_directory, ml)
        if found is not None:
            _fail(str(found), ml / "output")
    return launch


def _with_root(launch: Launch, *, private: bool) -> Launch:
    root, work = launch.directory / "root", launch.directory / "work"
    if private:
        try:
            root.mkdir()
            namespaces.enter_private_root(root)
        except OSError:
            pass
        else:
            return launch
    return replace(launch, working_directory=str(work))


def _fail(message: str, output: Path) -> NoReturn:
    """End the container; the message becomes the failure reason of a processing job or a training job."""
    os.write(2, f"{message}\n".encode())
    output.mkdir(exist_ok=True)
    for name in ("message", "failure"):
        (output / name).write_text(message, encoding="utf-8")
    # Without the interpreter's own exit: that would run the launcher's exit functions in this copy of it.
    os._exit(1)


def _scratch(directory: Path) -> Path:
    scratch = directory / ".opt"
    scratch.mkdir(exist_ok=True)
    return scratch


def _with_rewritten_paths(launch: Launch, ml: Path) -> Launch:
    # SAGEMAKER_BASE_DIR is what AWS's own toolkits read the place of /opt/ml from.
    environment = {name: rewrite_ml(value, ml) for name, value in launch.environment.items()}
    return replace(
        launch,
        arguments=tuple(rewrite_ml(argument, ml) for argument in launch.arguments),
        environment={**environment, "SAGEMAKER_BASE_DIR": str(ml)},
        working_directory=rewrite_ml(launch.working_directory, ml),
    )
