"""Memory for large bytes that are about to be filled."""

from __future__ import annotations

import ctypes
import io
from typing import Any


def unfilled(size: int) -> io.BytesIO:
    """Make a file in memory of so many bytes, which are arbitrary: overwrite all of them, through ``getbuffer()``.

    ``getvalue()`` then gives the very same memory away as bytes, without copying it.
    """
    # What the C API has for this: bytes may be changed as long as nobody else has seen them. bytes(size) would fill
    # them with zeros first, which takes as long as to fill them with something.
    allocate: Any = ctypes.pythonapi.PyBytes_FromStringAndSize
    allocate.restype, allocate.argtypes = ctypes.py_object, (ctypes.c_char_p, ctypes.c_ssize_t)
    return io.BytesIO(allocate(None, size))
