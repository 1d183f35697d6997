"""Files that are written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_whole(*paths: Path) -> Iterator[tuple[Path, ...]]:
    """Yield a temporary file beside each path; they take the paths' names when the block ends without an error.

    Each process has temporary files of its own, so that several can write the same path.
    """
    partial = tuple(path.with_name(f".{path.name}.{os.getpid()}.partial") for path in paths)
    try:
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        for temporary, path in zip(partial, paths, strict=True):
            temporary.replace(path)
    finally:
        for temporary in partial:
            temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8."""
    with written_whole(path) as (partial,):
        partial.write_text(text, encoding="utf-8")
