"""Landlock (Linux 5.13): the calling process and its descendants may no longer write below a folder of the host.

Without a mount namespace, a job that composes the path ``/opt/ml`` would write into the host's own folder if it runs as
root. Landlock needs no privileges. It can only allow folders and deny the rest, so every folder beside the path is
allowed.
"""

import contextlib
import ctypes
import os
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on all architectures
_VERSION = 1
_PATH_BENEATH = 1
_PR_SET_NO_NEW_PRIVS = 38
_O_PATH = 0o10000000

_WRITE_FILE = 1 << 1
_REMOVE_AND_MAKE = sum(1 << bit for bit in range(4, 13))  # REMOVE_DIR, REMOVE_FILE, MAKE_CHAR ... MAKE_SYM
_REFER = 1 << 13
_TRUNCATE = 1 << 14
_ON_FILES = _WRITE_FILE | _TRUNCATE


def deny_writing(denied: Path, but: Path) -> None:
    """Deny the calling process to write below a path, whether it exists or not.

    New entries beside the path, and in the folders that lead to it, are denied, too. Does nothing if the kernel has no
    Landlock, or one that would also deny to move files between folders (before Linux 5.19).

    ``but`` is a folder that stays writable even if it is below ``denied``.
    """
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)
    if version < 2:
        return
    rights = _WRITE_FILE | _REMOVE_AND_MAKE | _REFER | (_TRUNCATE if version > 2 else 0)
    attributes = struct.pack("=Q", rights)
    rules = libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    if rules < 0:
        return
    try:
        for path in (but, *_beside(denied)):
            with contextlib.suppress(OSError):  # it has been deleted in the meantime
                _allow(libc, rules, path, rights)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.syscall(_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def _beside(path: Path) -> Iterator[Path]:
    """Yield what lies beside a path, and beside each folder that leads to it."""
    for folder, name in zip(path.parents, (path, *path.parents), strict=False):
        with contextlib.suppress(OSError):  # no such folder, or one that may not be listed
            yield from (entry for entry in folder.iterdir() if entry != name)


def _allow(libc: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    descriptor = os.open(path, _O_PATH | os.O_CLOEXEC)
    try:
        allowed = rights if path.is_dir() else rights & _ON_FILES
        rule = struct.pack("=Qi", allowed, descriptor)
        libc.syscall(_ADD_RULE, rules, _PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)
