"""Definitions kept from one command to the next, since building one takes some ten seconds.

A local definition depends on its inputs, the SDK, and our own code that builds it, and on nothing else: together they
are its key.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipelines.data.whole_files import written_whole
from pipelines.definition import import_closure
from pipelines.names import cache_folder

BUILDER = "pipelines.definition.build_process"
SDK = ("sagemaker", "sagemaker-core", "sagemaker-train", "sagemaker-mlops")


def kept_file(inputs: str, jumpstart: Mapping[str, bytes]) -> Path:
    """The file in which the definition of these inputs is kept, or would be."""
    from importlib import metadata

    key = hashlib.sha256(inputs.encode())
    key.update(repr(sorted(jumpstart.items())).encode())
    key.update(repr([metadata.version(package) for package in SDK]).encode())
    key.update(import_closure.digest(import_closure.import_closure(BUILDER)).encode())
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
        with written_whole(path) as (partial,):
            partial.write_text(text, encoding="utf-8")
    except OSError:
        return  # without the cache, the next build takes longer, nothing else
