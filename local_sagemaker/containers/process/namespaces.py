"""Linux namespaces: a private ``/opt/ml`` and a private network for the calling process.

Call these functions in a freshly forked process with one thread, before anything of the job runs in it. A process with
the capability for it unshares the mount namespace only. Others do so inside a user namespace, in which the job is root,
as it is in a container.
"""

import ctypes
import fcntl
import os
import socket
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
MS_RDONLY = 1
MS_REMOUNT = 32
MS_BIND = 4096
MS_REC = 16384
MS_UNBINDABLE = 1 << 17
MS_PRIVATE = 1 << 18
MNT_DETACH = 2
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
IFF_UP = 0x1

ML = Path("/opt/ml")


class NamespaceError(OSError):
    """The kernel, or its configuration, refuses a namespace or a mount."""


def _libc() -> ctypes.CDLL:
    if not sys.platform.startswith("linux"):
        raise NamespaceError(f"{sys.platform} has no namespaces.")
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise NamespaceError(code, f"{what}: {os.strerror(code)}")


def _unshare(flags: int) -> None:
    _check(_libc().unshare(flags), "unshare")


def mount(source: str, target: Path, kind: str | None, flags: int, data: str | None = None) -> None:
    """Mount something, as ``mount(2)`` does. Raises NamespaceError if the kernel refuses it."""
    kinds, more = (text.encode() if text else None for text in (kind, data))
    result = _libc().mount(source.encode(), os.fsencode(target), kinds, ctypes.c_ulong(flags), more)
    _check(result, f"mount {target}")


def set_parent_death_signal(number: int) -> None:
    """Have the kernel send this process a signal when its parent ends; does nothing off Linux."""
    if sys.platform.startswith("linux"):
        _libc().prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


def become_subreaper() -> None:
    """Make this process, instead of init, the parent of its orphaned descendants; does nothing off Linux."""
    if sys.platform.startswith("linux"):
        _libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children_of_this_process() -> set[int]:
    """The ids of the children of the calling process, which has one thread; none without ``/proc``."""
    pid = os.getpid()
    try:
        return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()}
    except OSError:  # a kernel without this file (CONFIG_PROC_CHILDREN)
        return {each for each in _all_processes() if _parent_of(each) == pid}


def _all_processes() -> list[int]:
    root = Path("/proc")
    return [int(entry.name) for entry in root.iterdir() if entry.name.isdigit()] if root.is_dir() else []


def _parent_of(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except (OSError, ValueError):  # it has ended in the meantime
        return None


def _become_root_of_a_user_namespace() -> None:
    uid, gid = os.geteuid(), os.getegid()  # read before: inside, they are nobody's until they are mapped
    _unshare(CLONE_NEWUSER)
    # The kernel lets an ordinary user map a group only after giving up setgroups(2).
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1", encoding="ascii")


def enter_private_mounts(ml: Path, scratch: Path) -> None:
    """Give the calling process a mount namespace of its own in which ``/opt/ml`` is the folder ``ml``.

    ``ml`` is the folder that the process will see as ``/opt/ml``; ``scratch`` is an empty folder, used while ``/opt``
    is built, and empty again afterwards.

    Raises NamespaceError if the kernel does not allow it; the host's own file system is unchanged.
    """
    try:
        _unshare(CLONE_NEWNS)
    except NamespaceError:  # an ordinary user, or a root without the capability for it
        _become_root_of_a_user_namespace()
        _unshare(CLONE_NEWNS)
    # Mount points are shared with the parent namespace by default: without this, ours would appear on the host.
    mount("none", Path("/"), None, MS_REC | MS_PRIVATE)
    if not ML.is_dir():
        _build_opt(scratch)
    mount(str(ml), ML, None, MS_BIND | MS_REC)


def map_host_names(names: Sequence[str], file: Path) -> None:
    """Map host names to the loopback address, in the calling process's own mount namespace.

    ``file`` is written, and mounted over ``/etc/hosts``.

    Raises NamespaceError if the kernel does not allow it.
    """
    hosts = Path("/etc/hosts")
    if names and hosts.is_file():
        file.write_text(f"{hosts.read_text(encoding='utf-8')}\n127.0.0.1 {' '.join(names)}\n", encoding="utf-8")
        mount(str(file), hosts, None, MS_BIND)


def _build_opt(scratch: Path) -> None:
    """Create ``/opt/ml`` without touching the host's ``/opt``: replace that by a copy made of bind mounts.

    A mount needs a directory to go on, and the host may have no ``/opt/ml`` nor allow us to create one.
    """
    opt = ML.parent
    mount(str(opt), scratch, None, MS_BIND | MS_REC)
    mount("tmpfs", opt, "tmpfs", 0)
    _bind_entries(scratch, opt)
    ML.mkdir()
    # Detached, not unmounted: the bind mounts made from it keep it busy.
    _check(_libc().umount2(os.fsencode(scratch), MNT_DETACH), f"umount {scratch}")


def _bind_entries(source: Path, folder: Path) -> None:
    """Show the entries of a folder in another one, which is empty."""
    for entry in source.iterdir():
        target = folder / entry.name
        if entry.is_symlink():  # a bind mount would follow it
            target.symlink_to(entry.readlink())
            continue
        if entry.is_dir():
            target.mkdir()
        else:
            target.touch()
        mount(str(entry), target, None, MS_BIND | MS_REC)


def enter_private_root(root: Path) -> None:
    """Make an empty folder the calling process's ``/``, with everything of the present one in it.

    Containers of AWS's images start in ``/``, and scripts write there, some into ``..``, which is the same folder only
    in ``/``. What they write stays in ``root``. Call this in a mount namespace of the process's own, after everything
    else has been mounted; raises NamespaceError if the kernel does not allow it.
    """
    mount(str(root), root, None, MS_BIND)
    # Unbindable, or the copy of the folder that contains it would contain it again, with all its mounts.
    mount("none", root, None, MS_UNBINDABLE)
    _bind_entries(Path("/"), root)
    os.chroot(root)
    os.chdir("/")


def enter_private_network() -> None:
    """Give the calling process a network of its own, with the loopback interface only.

    Raises NamespaceError if the kernel does not allow it.
    """
    _unshare(CLONE_NEWNET)
    # In a new network namespace, loopback exists but is down. Bring it up with ioctl(2): `ip` may not be installed.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sH14s", b"lo", 0, b"\0" * 14)
        flags = struct.unpack("16sH14s", fcntl.ioctl(probe, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", flags | IFF_UP, b"\0" * 14))
