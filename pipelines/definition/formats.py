"""The forms in which rows go to a built-in algorithm: to train on, or to predict as a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """One form of rows, in SageMaker's words.

    Attributes
    ----------
    name
        As in ``--batch-format``.
    content_type
        What channels and requests say they are.
    split_type
        How a transform job tells one row from the next.
    suffix
        Of files in this form.
    """

    name: str
    content_type: str
    split_type: str
    suffix: str


CSV = Format("csv", "text/csv", "Line", ".csv")
RECORDIO = Format("recordio", "application/x-recordio-protobuf", "RecordIO", ".recordio")

FORMATS: Mapping[str, Format] = {form.name: form for form in (CSV, RECORDIO)}


def with_content_type(content_type: str) -> Format:
    """Find the form that a content type names.

    Examples
    --------
    >>> with_content_type("text/csv").suffix
    '.csv'
    """
    return next(form for form in FORMATS.values() if form.content_type == content_type)
