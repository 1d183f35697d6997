"""Corrupt files raise an error with the record's index and offset."""

from __future__ import annotations

import numpy as np
import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from processing_scripts.recordio import FrameError, MessageError, RecordError, dumps, loads
from tests.unit.recordio import aialgs

ROWS = 3
FILES = {
    "dense": dumps(np.arange(9, dtype=np.float32).reshape(ROWS, 3), np.arange(ROWS, dtype=np.float64)),
    "padded": aialgs.framed(
        aialgs.record_class()(
            uid="x" * index,
            features={"values": {"int32_tensor": {"values": [index, 300, -1], "keys": [0, 2, 5], "shape": [6]}}},
            label={"values": {"float32_tensor": {"values": [index]}}},
        )
        for index in range(ROWS)
    ),
}


def offsets(data):
    found, position = [], 0
    for payload in aialgs.payloads(data):
        found.append(position)
        position += len(aialgs.frame(payload))
    return found


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_truncated_record(data):
    begins = offsets(data)
    for size in range(len(data)):
        if size in begins:
            assert len(loads(data[:size])[0]) == begins.index(size)
            continue
        with pytest.raises(FrameError, match="truncated") as error:
            loads(data[:size])
        assert error.value.offset == max(begin for begin in begins if begin < size)
        assert error.value.index == begins.index(error.value.offset)


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_flipped_bit_of_magic_number(data):
    for index, offset in enumerate(offsets(data)):
        for bit in range(32):
            changed = bytearray(data)
            changed[offset + bit // 8] ^= 1 << bit % 8
            with pytest.raises(FrameError, match=rf"^Record {index} .* at byte {offset}: the magic number is 0x"):
                loads(changed)


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_flipped_bit_elsewhere(data):
    shape, labels = loads(data)[0].shape, loads(data)[1].shape
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            found, found_labels = loads(changed)
        except RecordError:
            continue
        assert (found.shape, found_labels.shape) == (shape, labels)


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
def test_every_flipped_length_is_refused(data):
    for index, offset in enumerate(offsets(data)):
        for bit in range(32):
            changed = bytearray(data)
            changed[offset + 4 + bit // 8] ^= 1 << bit % 8
            with pytest.raises(RecordError) as error:
                loads(changed)
            # A wrong length may lead exactly to where another record begins; then its payload is what is malformed.
            assert error.value.index == index


def test_nonzero_padding():
    data = bytearray(dumps(np.ones((5, 30), np.float32)))
    unpadded = len(aialgs.payloads(data)[0])
    assert unpadded % 4
    for index, offset in enumerate(offsets(data)):
        changed = data.copy()
        changed[offset + 8 + unpadded] = 1
        message = rf"^Record {index} .* at byte {offset}: the padding after {unpadded} bytes of payload is not zero"
        with pytest.raises(FrameError, match=message):
            loads(changed)


def test_record_in_several_parts():
    data = bytearray(FILES["dense"])
    data[7] |= 0b001_00000
    with pytest.raises(FrameError, match="a record in several parts"):
        loads(data)


def test_file_of_another_format():
    with pytest.raises(FrameError, match=r"^Record 0 \(counted from 0\) at byte 0: the magic number is 0x65746144, "):
        loads(b"Date,Rented Bike Count,Hour")


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"\x0a", "truncated"),
        (b"\x0a\x05ab", "field 1 has a length of 5 bytes, but 2 are left"),
        (b"\x08" + b"\x80" * 10 + b"\x01", "longer than ten bytes"),
        (b"\x00\x01", "0 is not a field number"),
        (b"\x0f", "field 1 has wire type 7"),
        (b"\x0c", "field 1 has wire type 4"),
        (b"\x0b\x14", "group 2 ends without a start"),
        (b"\x0b\x10", "truncated"),
        (b"\x0a\x12\x0a\x06values\x12\x08\x12\x06\x0a\x04abc", "has a length of"),
        (b"\x0a\x12\x0a\x06values\x12\x08\x12\x06\x0a\x03abc\x08", "truncated"),
        (b"\x0a\x11\x0a\x06values\x12\x07\x12\x05\x0a\x03abc", "3 bytes of packed numbers are not a multiple of 4"),
        (b"\x0a\x10\x0a\x06values\x12\x06\x3a\x04\x0a\x02\x80\x80", "a packed number is truncated"),
        (b"\x0a\x19\x0a\x06values\x12\x0f\x3a\x0d\x0a\x0b" + b"\x80" * 10 + b"\x01", "longer than 10 bytes"),
    ],
)
def test_malformed_message(payload, message):
    with pytest.raises(MessageError, match=rf"^Record 0 \(counted from 0\) at byte 0: .*{message}.*\.$"):
        loads(aialgs.frame(payload))
    with pytest.raises(DecodeError):
        aialgs.record_class().FromString(payload)


@given(st.sampled_from([payload for data in FILES.values() for payload in aialgs.payloads(data)]), st.data())
def test_mutated_message_reads_as_by_protobuf(payload, data):
    changed = bytearray(payload)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    try:
        features, labels = loads(aialgs.frame(bytes(changed)))
        record = aialgs.record_class().FromString(bytes(changed))
    except (RecordError, DecodeError):
        return
    tensor = record.features["values"]
    if not getattr(tensor, tensor.WhichOneof("value")).keys:
        np.testing.assert_array_equal(features[0], aialgs.vector(tensor))
    if labels is not None:
        np.testing.assert_array_equal(labels.reshape(-1), aialgs.vector(record.label["values"]))
