"""The formats of rows that built-in algorithms read, for training and for batch prediction."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A format of rows, in SageMaker's terms.

    Attributes
    ----------
    name
        The value of ``--batch-format``.
    content_type
        The content type of channels and requests.
    split_type
        How a transform job splits rows.
    suffix
        The suffix of files in this format.
    """

    name: str
    content_type: str
    split_type: str
    suffix: str


CSV = Format("csv", "text/csv", "Line", ".csv")
RECORDIO = Format("recordio", "application/x-recordio-protobuf", "RecordIO", ".recordio")

FORMATS: Mapping[str, Format] = {form.name: form for form in (CSV, RECORDIO)}


def with_content_type(content_type: str) -> Format:
    """Find the format with a content type.

    Examples
    --------
    >>> with_content_type("text/csv").suffix
    '.csv'
    """
    return next(form for form in FORMATS.values() if form.content_type == content_type)
