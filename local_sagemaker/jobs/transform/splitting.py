"""Split of a batch transform's input file into records, and of records into the payloads of requests."""

import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from local_sagemaker.containers.recordio.frames import HEADER_BYTES, padded, payload_length
from local_sagemaker.jobs.errors import DataError

_TFRECORD_HEADER = struct.Struct("<QI")
_TFRECORD_FOOTER = 4
_TFRECORD_MOST = 100 * 1024 * 1024  # of a payload; text that is read as a length is far above it

Opener = Callable[[Path], BinaryIO]


def records_of(file: BinaryIO, split_type: str, *, framed: bool) -> Iterator[bytes]:
    """The records of a file, one after another.

    ``split_type`` is ``None`` (the file is the record), ``Line``, ``RecordIO`` or ``TFRecord``. ``framed``: keep the
    frames of RecordIO and TFRecord, which payloads with several records need.

    Raises DataError if a frame is damaged.
    """
    if split_type == "Line":
        return _lines(file)
    if split_type == "RecordIO":
        return _recordio(file, framed=framed)
    if split_type == "TFRecord":
        return _tfrecords(file, framed=framed)
    return iter([file.read()])


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines without their ends; an empty line is not a record."""
    for line in file:
        record = line.removesuffix(b"\n").removesuffix(b"\r")
        if record:
            yield record


def _recordio(file: BinaryIO, *, framed: bool) -> Iterator[bytes]:
    while header := file.read(HEADER_BYTES):
        length = payload_length(header)
        if length is None:
            raise DataError("The file is not RecordIO: a frame does not begin with the magic number.")
        payload = file.read(padded(length))
        if len(payload) < length:
            raise DataError("The file is not whole: its last RecordIO frame is cut off.")
        yield header + payload if framed else payload[:length]


def _tfrecords(file: BinaryIO, *, framed: bool) -> Iterator[bytes]:
    while header := file.read(_TFRECORD_HEADER.size):
        if len(header) < _TFRECORD_HEADER.size:
            raise DataError("The file is not whole: its last TFRecord is cut off.")
        length = _TFRECORD_HEADER.unpack(header)[0]
        if length > _TFRECORD_MOST:
            raise DataError("The file is not TFRecord, or has a record of more than 100 MB: set the SplitType it has.")
        payload = file.read(length + _TFRECORD_FOOTER)
        if len(payload) < length + _TFRECORD_FOOTER:
            raise DataError("The file is not whole: its last TFRecord is cut off.")
        yield header + payload if framed else payload[:length]


def batches_of(
    records: Iterable[bytes], separator: bytes, most_bytes: int | None, most_records: int | None
) -> Iterator[list[bytes]]:
    """Pack records into batches whose payloads stay within a size.

    ``separator`` is between two records of a payload. ``most_bytes`` is the maximum size of a payload, None for no
    limit; ``most_records`` is 1 for single records, None for as many as fit. Raises DataError if a single record is too
    large.
    """
    batch: list[bytes] = []
    size = 0
    for record in records:
        if most_bytes is not None and len(record) > most_bytes:
            raise DataError(
                f"A record of {len(record)} bytes is larger than the payload may be; raise MaxPayloadInMB or split it."
            )
        grown = size + len(separator) + len(record)
        full = most_bytes is not None and grown > most_bytes
        if batch and (full or len(batch) == most_records):
            yield batch
            batch, grown = [], len(record)
        size = grown if batch else len(record)
        batch.append(record)
    if batch:
        yield batch
