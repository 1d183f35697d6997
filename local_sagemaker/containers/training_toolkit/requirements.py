"""Installing the requirements of the user's ``requirements.txt`` that are not met."""

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
    """Install the requirements of a folder of code for this job, if any is not met.

    The code itself is not installed: it is imported from its folder.

    ``package``: whether the toolkit installs the folder as a package together with the requirements.

    Returns the folder to import them from; None if there was nothing to install.

    Raises InstallModuleError or InstallRequirementsError if pip could not install them; its output is in the log.
    """
    requirements = code / "requirements.txt"
    if not requirements.is_file() or all(_is_met(line) for line in _lines(requirements)):
        return None
    folder = tempfile.mkdtemp(prefix="packages-")
    requested = ["-r", "requirements.txt"]
    pip = [sys.executable, "-m", "pip", "install"]
    done = subprocess.run([*pip, "--target", folder, *requested], cwd=code, env=os.environ, check=False)
    if done.returncode != 0:
        error = InstallModuleError if package else InstallRequirementsError
        command = " ".join([*pip, *(["."] if package else []), *requested])
        raise error(command, done.returncode if toolkit == "sagemaker-training" else None)
    return folder


def _lines(requirements: Path) -> list[str]:
    stripped = (line.partition(" #")[0].strip() for line in requirements.read_text(encoding="utf-8").splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def _is_met(line: str) -> bool:
    """Whether the requirement of a line is met; False for a line that only pip can interpret."""
    try:
        requirement = Requirement(line)
        if requirement.marker is not None and not requirement.marker.evaluate():
            return True
        installed = importlib.metadata.version(requirement.name)
    except (InvalidRequirement, importlib.metadata.PackageNotFoundError):
        return False
    return requirement.url is None and requirement.specifier.contains(installed, prereleases=True)
