"""Definitions kept from one command to the next, since building one takes some ten seconds.

A local definition depends on its inputs, the SDK, and our own code that builds it, and on nothing else: together they
are its key.
"""

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pipelines
from pipelines.data.whole_files import write_text
from pipelines.names import cache_folder

PACKAGES = ("pipelines", "local_sagemaker", "processing_scripts", "evaluation")
BUILDER = "pipelines.definition.build_process"
SDK = ("sagemaker", "sagemaker-core", "sagemaker-train", "sagemaker-mlops")
_ROOT = Path(pipelines.__file__).parents[1]
_IMPORT = re.compile(r"^[ \t]*(?:from ([\w.]+) import (\([^)]*\)|.+)|import (.+))", re.MULTILINE)
"""Lines that import, in any spelling that the formatter leaves; a sentence that looks like one does no harm."""
_NAME = re.compile(r"(?<![\w.])[\w.]+")


def kept_file(inputs: str, jumpstart: Mapping[str, bytes]) -> Path:
    """The file in which the definition of these inputs is kept, or would be."""
    from importlib import metadata

    key = hashlib.sha256(inputs.encode())
    key.update(repr(sorted(jumpstart.items())).encode())
    key.update(repr([metadata.version(package) for package in SDK]).encode())
    key.update(digest(import_closure(BUILDER)).encode())
    return cache_folder() / "definitions" / f"{key.hexdigest()}.json"


@contextlib.contextmanager
def turn(path: Path) -> Iterator[int | None]:
    """Open the lock of a kept definition, for the process that builds it; None where the cache is not writable.

    Of commands that need the same definition at once, one builds it and the others wait for it. The builder takes the
    lock, and the command that started it holds it through the same open file until the definition is kept or the
    command has ended in any way.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
    except OSError:
        yield None
        return
    try:
        yield lock
    finally:
        os.close(lock)


def read(path: Path) -> str | None:
    """The definition that is kept in a file; None where there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def keep(path: Path, text: str) -> None:
    """Write a definition, whole or not at all."""
    try:
        write_text(path, text)
    except OSError:
        return  # without the cache, the next build takes longer, nothing else


def import_closure(module: str, root: Path = _ROOT) -> list[Path]:
    """Find the files below ``root`` that a module runs: itself, and all that it imports, directly or through others.

    They are in the order of their paths; imports inside functions count, too.
    """
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        file = _file_of(name, root)
        if file is None or file in found:
            continue
        found.add(file)
        package = name.rpartition(".")[0]
        waiting += [package] if package else []  # importing a module runs its packages first
        waiting += _imports(file)
    return sorted(found)


def digest(files: list[Path], root: Path = _ROOT) -> str:
    """The sha256 of files and their names, in hexadecimal."""
    content = hashlib.sha256()
    for file in files:
        data = file.read_bytes()
        content.update(f"{file.relative_to(root).as_posix()}\0{len(data)}\0".encode())
        content.update(data)
    return content.hexdigest()


def _file_of(module: str, root: Path) -> Path | None:
    if module.split(".", maxsplit=1)[0] not in PACKAGES:
        return None
    path = root.joinpath(*module.split("."))
    candidates = (path.with_name(f"{path.name}.py"), path / "__init__.py")
    return next((file for file in candidates if file.is_file()), None)


def _imports(file: Path) -> Iterator[str]:
    """Find the modules that a file may import: reading its lines takes a tenth of the time of parsing it."""
    for module, names, modules in _IMPORT.findall(file.read_text(encoding="utf-8")):
        yield from _NAME.findall(modules)
        if module:
            yield module
            yield from (f"{module}.{name}" for name in _NAME.findall(names))  # each may be a module
