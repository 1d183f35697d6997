"""The files of ours that a module runs: itself, and every module that it imports, directly or through others."""

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pipelines

PACKAGES = ("pipelines", "local_sagemaker", "processing_scripts", "evaluation")
_ROOT = Path(pipelines.__file__).parents[1]


def import_closure(module: str, root: Path = _ROOT) -> list[Path]:
    """Find the files below ``root``, in the order of their paths; imports inside functions count, too."""
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
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)  # each may be a module
