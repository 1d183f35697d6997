"""Installing what the user's ``requirements.txt`` asks for and the container lacks."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from local_sagemaker.containers.errors import InstallModuleError, InstallRequirementsError
from local_sagemaker.containers.images import Toolkit


def install(code: Path, *, package: bool, toolkit: Toolkit) -> str | None:
    """Install the requirements of a folder of code, for this job alone, if any is missing.

    The code itself is not installed: it is found where it lies.

    Parameters
    ----------
    package
        Whether the toolkit installs the folder as a package, of which the requirements are only a part.

    Returns
    -------
    str or None
        The folder to import them from; None if there was nothing to install.

    Raises
    ------
    InstallModuleError, InstallRequirementsError
        pip could not install them; its words are in the log.
    """
    requirements = code / "requirements.txt"
    if not requirements.is_file() or all(_is_there(line) for line in _lines(requirements)):
        return None
    folder = tempfile.mkdtemp(prefix="packages-")
    asked = ["-r", "requirements.txt"]
    pip = [sys.executable, "-m", "pip", "install"]
    done = subprocess.run([*pip, "--target", folder, *asked], cwd=code, env=os.environ, check=False)
    if done.returncode != 0:
        error = InstallModuleError if package else InstallRequirementsError
        command = " ".join([*pip, *(["."] if package else []), *asked])
        raise error(command, done.returncode if toolkit == "sagemaker-training" else None)
    return folder


def _lines(requirements: Path) -> list[str]:
    stripped = (line.partition(" #")[0].strip() for line in requirements.read_text(encoding="utf-8").splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def _is_there(line: str) -> bool:
    """Whether the requirement of a line is met; a line that is not a plain requirement is pip's to judge."""
    try:
        requirement = Requirement(line)
        if requirement.marker is not None and not requirement.marker.evaluate():
            return True
        installed = importlib.metadata.version(requirement.name)
    except (InvalidRequirement, importlib.metadata.PackageNotFoundError):
        return False
    return requirement.url is None and requirement.specifier.contains(installed, prereleases=True)
