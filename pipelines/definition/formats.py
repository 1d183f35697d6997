"""The formats of rows that built-in algorithms read, for training and for batch prediction."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A format of rows, in SageMaker's terms."""

    name: str
    """The value of ``--batch-format``."""
    content_type: str
    """The content type of channels and requests."""
    split_type: str
    """How a transform job splits rows."""
    suffix: str
    """The suffix of files in this format."""


CSV = Format("csv", "text/csv", "Line", ".csv")
RECORDIO = Format("recordio", "application/x-recordio-protobuf", "RecordIO", ".recordio")

FORMATS: Mapping[str, Format] = {form.name: form for form in (CSV, RECORDIO)}


def with_content_type(content_type: str) -> Format:
    """Find the format with a content type."""
    return next(form for form in FORMATS.values() if form.content_type == content_type)
