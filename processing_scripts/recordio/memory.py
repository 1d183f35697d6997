"""Memory for large bytes that are about to be filled: to be handed it, page by page, costs more than to fill it."""

from __future__ import annotations

import ctypes
import io
import mmap
from typing import Any, Final

import numpy as np

_WORTH_ADVICE: Final = 4 * 2**20
"""Bytes; less than this is hardly ever new memory. numpy draws the line here for its own arrays."""


def unfilled(size: int) -> io.BytesIO:
    """Make a file in memory of so many bytes, which are arbitrary: overwrite all of them, through ``getbuffer()``.

    ``getvalue()`` then gives the very same memory away as bytes, without copying it. It is not filled with zeros
    first, and new memory comes in pages as large as the system has them (on Linux, if it gives those on advice).
    """
    # What the C API has for this: bytes may be changed as long as nobody else has seen them.
    allocate: Any = ctypes.pythonapi.PyBytes_FromStringAndSize
    allocate.restype, allocate.argtypes = ctypes.py_object, (ctypes.c_char_p, ctypes.c_ssize_t)
    file = io.BytesIO(allocate(None, size))
    if size >= _WORTH_ADVICE and hasattr(mmap, "MADV_HUGEPAGE"):
        begin = np.frombuffer(file.getbuffer(), np.uint8).ctypes.data
        whole_pages = -(-begin // mmap.PAGESIZE) * mmap.PAGESIZE
        madvise: Any = ctypes.CDLL(None).madvise
        madvise(ctypes.c_void_p(whole_pages), ctypes.c_size_t(begin + size - whole_pages), mmap.MADV_HUGEPAGE)
    return file
