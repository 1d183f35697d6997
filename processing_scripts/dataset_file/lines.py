"""The line of each key of a TOML text, which tomllib does not give."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|[\[\]{}=\n]|[^\[\]{}=\n#"\']+|.',
    re.DOTALL,
)


def line_of(text: str, path: Path) -> int | None:
    """Return the line of a key, or of the nearest table around it that the text has; None for the text as a whole.

    ``text`` is valid TOML. Elements of a list of tables are named by their position: ``("rules", 0, "feature")``.
    """
    lines = {tuple(found): line for line, found in reversed([*_keys(text)])}  # the first line of each wins
    return next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), None)


def _keys(text: str) -> Iterator[tuple[int, list[str | int]]]:
    """Yield the line and the path of each table and each key, and of the tables that a dotted name implies."""
    table: list[str | int] = []
    tables: dict[tuple[str, ...], int] = {}
    for line, statement in _statements(text):
        if statement.startswith("["):
            names = _names(statement.strip("[] \t"))
            if statement.startswith("[["):
                tables[tuple(names)] = tables.get(tuple(names), -1) + 1
            table = []
            for end, name in enumerate(names, start=1):
                position = tables.get(tuple(names[:end]))
                table += [name] if position is None else [name, position]
            yield from _prefixes(line, [], table)
        else:
            yield from _prefixes(line, table, [*table, *_names(statement)])


def _prefixes(line: int, known: list[str | int], path: list[str | int]) -> Iterator[tuple[int, list[str | int]]]:
    for end in range(len(known) + 1, len(path) + 1):
        yield line, path[:end]


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield the header of each table and the key of each value, with its line."""
    line, depth, in_value, words, start = 1, 0, False, "", 1
    for part in _TOKEN.findall(text):
        if part == "\n" and not depth:
            if words.strip():
                yield start, words.strip()
            in_value, words = False, ""
        elif part == "=" and not depth:
            in_value = True
        elif in_value:
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(part, 0)
        elif not part.startswith("#"):
            start = start if words.strip() else line
            words += part
        line += part.count("\n")
    if words.strip():
        yield start, words.strip()


def _names(dotted: str) -> list[str]:
    """Split a dotted name, parts of which may be in quotation marks."""
    names: list[str] = []
    content: Any = tomllib.loads(f"{dotted} = 0")
    while isinstance(content, dict):
        [(name, content)] = content.items()
        names.append(name)
    return names
