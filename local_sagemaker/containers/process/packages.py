"""What a job installs is its own, as in a container: pip writes to a layer of the job's over this environment.

Called in the job's own mount namespace. Scripts install packages with ``sys.executable -m pip`` as they like, the SDK's
``@step`` and ``@remote`` do so before anything else; without this they would change the environment that the service
itself runs in.
"""

from __future__ import annotations

import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path

from local_sagemaker.containers.process.namespaces import MS_BIND, MS_RDONLY, MS_REMOUNT, NamespaceError, mount


def _written_by_pip() -> tuple[Path, ...]:
    """A virtual environment as a whole; otherwise the folders of packages and of programs."""
    if sys.prefix != sys.base_prefix:
        return (Path(sys.prefix).resolve(),)
    paths = sysconfig.get_paths()
    return tuple(dict.fromkeys(Path(paths[name]).resolve() for name in ("purelib", "platlib", "scripts")))


FOLDER = "packages"
"""Where in a container's folder the layers are."""
_OPTIONS = "volatile,userxattr"
"""Nobody waits until it is on the disk; and the marks of what is removed are such as an ordinary user may make."""
_FOLDERS = _written_by_pip()
"""Found once, by the launcher: finding them takes longer than covering them."""


def keep_private(room: Path) -> None:
    """Cover the folders of installed packages and programs with layers that take what the calling process writes.

    Where the kernel has no such layers, they are read-only: pip says so and fails. Where it refuses that as well (it
    grants neither to every ordinary user), they are as they were.

    Parameters
    ----------
    room
        A folder for the layers.
    """
    room.mkdir(exist_ok=True)
    for folder in _FOLDERS:
        if folder.is_dir() and not room.is_relative_to(folder):
            _cover(folder, Path(tempfile.mkdtemp(dir=room)))


def forget(room: Path) -> None:
    """Take away what a job has installed, when it is over."""
    for closed in room.glob("*/work/work"):  # left so by the kernel
        closed.chmod(0o700)
    shutil.rmtree(room, ignore_errors=True)


def _cover(folder: Path, room: Path) -> None:
    for attempt in (_layer_on_disk, _layer_in_memory, _read_only):
        try:
            attempt(folder, room)
        except NamespaceError:
            continue
        return


def _layer_on_disk(folder: Path, room: Path) -> None:
    upper, work = room / "upper", room / "work"
    for each in (upper, work):
        each.mkdir(parents=True, exist_ok=True)
    layers = f"lowerdir={_escaped(folder)},upperdir={_escaped(upper)},workdir={_escaped(work)}"
    mount("overlay", folder, "overlay", 0, f"{layers},{_OPTIONS}")


def _layer_in_memory(folder: Path, room: Path) -> None:
    """For a room that is itself on layers, as in a container of Docker's: they do not take another one."""
    mount("tmpfs", room, "tmpfs", 0)
    _layer_on_disk(folder, room)


def _read_only(folder: Path, _room: Path) -> None:
    mount(str(folder), folder, None, MS_BIND)
    mount("none", folder, None, MS_BIND | MS_REMOUNT | MS_RDONLY)


def _escaped(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace(",", "\\,").replace(":", "\\:")
