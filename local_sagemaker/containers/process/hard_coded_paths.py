"""Paths below ``/opt/ml`` in a job's code.

Without a mount namespace ``/opt/ml`` is another folder. Arguments and variables get its real path, but nothing can
redirect a path that code contains. So a job with such a path fails before it runs, with a message that names it.
"""

import ast
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local_sagemaker.containers.errors import ClientError
from local_sagemaker.containers.process.namespaces import ML
from local_sagemaker.containers.process.paths import rewrite_ml
from local_sagemaker.containers.process.python_program import parse_python

_ML = re.compile(r"(file://)?/opt/ml(?![\w.-])")
_IN_SHELL = re.compile(r"(?<![\w.])/opt/ml(?![\w.-])[^\s;&|'\"}]*")
_DEFAULT_IN_SHELL = re.compile(r"\$\{(\w+):?[-=][^}]*\}")
_WORD = re.compile(r"[^\s;&|'\"]+")


@dataclass(frozen=True)
class HardCodedPath:
    """A path in the code of a job."""

    file: Path
    line: int
    path: str

    def __str__(self) -> str:
        return (
            f"{self.file.name} contains the path {self.path} (line {self.line}), but a local job has no /opt/ml of its "
            "own here, because the kernel allows no mount namespaces: take the path from an argument, from a variable "
            'such as SM_MODEL_DIR, or from os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"), or run where namespaces '
            "exist, as in a privileged container."
        )


def find_in_command(
    arguments: Sequence[str], variables: Mapping[str, str], working_directory: str, ml: Path
) -> HardCodedPath | None:
    """Find the first hard-coded path in the scripts of a job that a command line names.

    ``arguments``, ``variables`` and ``working_directory`` are the command with replaced paths; ``ml`` is the folder
    that replaces ``/opt/ml``.
    """
    roots = [Path(each) for each in variables.get("PYTHONPATH", "").split(os.pathsep) if each]
    program = parse_python(arguments)
    if program is not None and program.kind == "-m":
        roots.insert(0, Path(working_directory))
        module = program.target.replace(".", "/")
        files = [root / name for root in roots for name in (f"{module}.py", f"{module}/__main__.py")]
    else:
        files = [Path(word) for word in _words(arguments)]
    scripts = [file for file in files if file.suffix in (".py", ".sh") and file.is_relative_to(ml) and file.is_file()]
    found = (find_in_script(script, arguments, variables, [script.parent, *roots], ml) for script in scripts)
    return next(filter(None, found), None)


def require_none_in_script(script: Path, arguments: Sequence[str], variables: Collection[str], ml: Path) -> None:
    """Check a script and the modules beside it, for a job whose ``/opt/ml`` is the folder ``ml``.

    Raises ClientError if ``ml`` is elsewhere, and one of them contains a path below ``/opt/ml``.
    """
    if ml != ML and script.is_file():
        found = find_in_script(script, arguments, variables, [script.parent], ml)
        if found is not None:
            raise ClientError(str(found))


def find_in_script(
    script: Path, arguments: Sequence[str], variables: Collection[str], roots: Sequence[Path], ml: Path
) -> HardCodedPath | None:
    """Find the first hard-coded path in a script of a job, or in the modules of its own that it imports.

    A default does not count if the job passes the argument, or has the variable, that it stands for.

    ``arguments`` is the command line with replaced paths, ``variables`` are the names of the job's environment
    variables, ``roots`` the folders from which the script imports modules of its own, and ``ml`` replaces ``/opt/ml``.
    """
    if script.suffix == ".sh":
        return _find_in_shell(script, variables)
    words = _words(arguments)
    given = {word.partition("=")[0] for word in words if word.startswith("-")} | set(variables)
    values = {word.rpartition("=")[2] for word in words}
    for file, tree in _import_closure(script, roots):
        for line, text in _used_strings(tree, given):
            if _ML.match(text) and rewrite_ml(text, ml) not in values:
                return HardCodedPath(file, line, text)
    return None


def _words(arguments: Sequence[str]) -> list[str]:
    """Split arguments into words: a shell's command is one argument."""
    return [word for argument in arguments for word in _WORD.findall(argument)]


def _find_in_shell(script: Path, variables: Collection[str]) -> HardCodedPath | None:
    for number, line in enumerate(script.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        used = _DEFAULT_IN_SHELL.sub(lambda default: "" if default[1] in variables else default[0], line)
        found = None if line.lstrip().startswith("#") else _IN_SHELL.search(used)
        if found:
            return HardCodedPath(script, number, found[0])
    return None


def _import_closure(script: Path, roots: Sequence[Path]) -> Iterator[tuple[Path, ast.Module]]:
    waiting, seen = [script], {script}
    while waiting:
        file = waiting.pop(0)
        try:
            tree = ast.parse(file.read_bytes())
        except (SyntaxError, ValueError):  # the job itself will report it
            continue
        yield file, tree
        imported = dict.fromkeys(each for each in _imported_files(tree, file, roots) if each not in seen)
        seen.update(imported)
        waiting.extend(imported)


def _imported_files(tree: ast.Module, file: Path, roots: Sequence[Path]) -> Iterator[Path]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from _files_of([alias.name for alias in node.names], roots)
        elif isinstance(node, ast.ImportFrom):
            names = [".".join(filter(None, [node.module, alias.name])) for alias in node.names]
            yield from _files_of(names, [file.parents[node.level - 1]] if node.level else roots)


def _files_of(modules: Iterable[str], roots: Sequence[Path]) -> Iterator[Path]:
    """Yield the files of modules, and of the packages that they are in."""
    for root in roots:
        for module in modules:
            path = root
            for part in module.split("."):
                path = path / part
                yield from filter(Path.is_file, (path.with_suffix(".py"), path / "__init__.py"))


def _used_strings(node: ast.AST, given: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield the strings in code with their lines, except docstrings and the defaults of what is in ``given``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    # As in `os.environ.get("SM_MODEL_DIR", default)` and `parser.add_argument("--input", default=...)`.
    if isinstance(node, ast.Call) and _names_any(node.args, given):
        return
    # As in `os.environ.get("SM_MODEL_DIR") or default`.
    if isinstance(node, ast.BoolOp | ast.IfExp) and _names_any(ast.walk(node), given):
        return
    children = node.values[:1] if isinstance(node, ast.JoinedStr) else ast.iter_child_nodes(node)
    for child in children:
        yield from _used_strings(child, given)


def _names_any(nodes: Iterable[ast.AST], names: Collection[str]) -> bool:
    return any(isinstance(node, ast.Constant) and node.value in names for node in nodes)
