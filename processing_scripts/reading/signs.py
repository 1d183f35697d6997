"""Signs before or after numbers, such as ``%`` or ``€``, which are not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def without_sign(texts: pa.Array | pa.ChunkedArray, sign: str) -> pa.Array | pa.ChunkedArray:
    """Return texts without one sign at their beginning or end, and without the blanks beside it."""
    import pyarrow.compute as pc

    pattern = rf"^([+-]?)\s*\Q{sign}\E\s*|\s*\Q{sign}\E$"
    return pc.replace_substring_regex(texts, pattern, r"\1", max_replacements=1)
