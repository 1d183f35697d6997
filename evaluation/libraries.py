"""Libraries of the models and the page, installed on first use where the image lacks them."""

import importlib
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from evaluation.errors import LibraryError

_REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def require(library: str, requirements: Path = _REQUIREMENTS) -> ModuleType:
    """Import a library; install the requirements first if it is missing.

    Raises `LibraryError` if the library can be neither imported nor installed.
    """
    if importlib.util.find_spec(library) is None:
        _install(library, requirements)
        importlib.invalidate_caches()
    try:
        return importlib.import_module(library)
    except (ImportError, OSError) as error:  # OSError: a shared library such as OpenMP is missing
        raise LibraryError(f"{library} cannot be imported ({error}); fix the image or {requirements.name}.") from error


def _install(library: str, requirements: Path) -> None:
    # Without dependencies, since the image has them, and other versions would change what it was tested with.
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "-r", str(requirements)]
    command = [sys.executable, "-m", "pip", "install", *options]
    installed = subprocess.run(command, check=False, capture_output=True, text=True)
    if installed.returncode != 0:
        last = next(iter(reversed(installed.stderr.strip().splitlines())), "pip printed nothing")
        raise LibraryError(
            f"{library} is not installed in this image and '{' '.join(command[1:])}' failed ({last}); give the job "
            "access to a package index, or use an image that contains it."
        )
