"""Packages that a job installs stay in the job, as in a container: pip writes to an overlay over this environment.

Call these functions in the job's own mount namespace. Scripts run ``sys.executable -m pip``, the SDK's ``@step`` and
``@remote`` before anything else. Without the overlay they would change the environment of the service itself.
"""

import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path

from local_sagemaker.containers.process.namespaces import MS_BIND, MS_RDONLY, MS_REMOUNT, NamespaceError, mount


def _written_by_pip() -> tuple[Path, ...]:
    """The virtual environment as a whole; without one, the folders of packages and of programs."""
    if sys.prefix != sys.base_prefix:
        return (Path(sys.prefix).resolve(),)
    paths = sysconfig.get_paths()
    return tuple(dict.fromkeys(Path(paths[name]).resolve() for name in ("purelib", "platlib", "scripts")))


FOLDER = "packages"
"""The folder of the overlays' layers, in a container's folder."""
_OPTIONS = "volatile,userxattr"
"""``volatile``: no sync to disk, since the layer ends with the job. ``userxattr``: deletions are marked with extended
attributes that a process without privileges may set."""
_FOLDERS = _written_by_pip()
"""Found once, by the launcher: finding them takes longer than mounting over them."""


def keep_private(room: Path) -> None:
    """Mount an overlay over the folders of installed packages and programs: the job writes to its upper layer.

    If the kernel does not allow an overlay, the folders become read-only, and pip fails with a message. If it does not
    allow that either (some kernels allow neither to an ordinary user), they stay as they are.

    ``room`` is a folder for the layers.
    """
    room.mkdir(exist_ok=True)
    for folder in _FOLDERS:
        if folder.is_dir() and not room.is_relative_to(folder):
            _cover(folder, Path(tempfile.mkdtemp(dir=room)))


def delete_layers(room: Path) -> None:
    """Delete what a job has installed, when it is over."""
    for closed in room.glob("*/work/work"):  # the kernel leaves it without any permission
        closed.chmod(0o700)
    shutil.rmtree(room, ignore_errors=True)


def _cover(folder: Path, room: Path) -> None:
    for attempt in (_overlay_on_disk, _overlay_in_memory, _read_only):
        try:
            attempt(folder, room)
        except NamespaceError:
            continue
        return


def _overlay_on_disk(folder: Path, room: Path) -> None:
    upper, work = room / "upper", room / "work"
    for each in (upper, work):
        each.mkdir(parents=True, exist_ok=True)
    layers = f"lowerdir={_escaped(folder)},upperdir={_escaped(upper)},workdir={_escaped(work)}"
    mount("overlay", folder, "overlay", 0, f"{layers},{_OPTIONS}")


def _overlay_in_memory(folder: Path, room: Path) -> None:
    """For a room on an overlay, as in a Docker container: an upper layer cannot be on another overlay."""
    mount("tmpfs", room, "tmpfs", 0)
    _overlay_on_disk(folder, room)


def _read_only(folder: Path, _room: Path) -> None:
    # Two steps: the kernel ignores MS_RDONLY in the call that makes a bind mount.
    mount(str(folder), folder, None, MS_BIND)
    mount("none", folder, None, MS_BIND | MS_REMOUNT | MS_RDONLY)


def _escaped(path: Path) -> str:
    # In mount options a comma ends an option, and a colon ends one of several lower folders.
    return str(path).replace("\\", "\\\\").replace(",", "\\,").replace(":", "\\:")
