"""Streaming takes constant memory, however the bytes arrive."""

from __future__ import annotations

import io
import os
import threading
import tracemalloc

import numpy as np
import pytest

from processing_scripts.recordio import FrameError, dumps, read, write

MIB = 2**20


class Endless:
    """A file that repeats some bytes and is nowhere kept."""

    def __init__(self, data: bytes, times: int) -> None:
        self._data, self._left = data, times

    def read(self, size: int) -> bytes:
        times = min(self._left, max(1, size // len(self._data)))
        self._left -= times
        return self._data * times


class Counter:
    """A file that forgets what is written to it but how much it was."""

    def __init__(self) -> None:
        self.size = 0
        self.largest = 0

    def write(self, data: bytes) -> None:
        self.size += len(data)
        self.largest = max(self.largest, len(data))


@pytest.fixture
def peak():
    """The most memory that was taken since the test began, in MiB."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1] / MIB
    tracemalloc.stop()


def test_memory_of_reading(peak):
    data = dumps(np.ones((1024, 250), np.float32), np.ones(1024, np.float32))
    times = 256 * MIB // len(data)
    rows = sum(len(features) for features, _ in read(Endless(data, times), rows_per_chunk=4096))
    assert rows == times * 1024
    assert peak() < 32


def test_memory_of_writing(peak):
    file = Counter()
    write(file, np.broadcast_to(np.float32(1), (64 * 1024, 256)))
    assert file.size > 64 * MIB
    assert file.largest <= MIB
    assert peak() < 8


def test_chunk_is_yielded_before_reading_on():
    data = dumps(np.ones((1000, 100)))
    chunks = read(io.BytesIO(data * 20 + b"no record"), rows_per_chunk=1000)
    assert len(next(chunks)[0]) == 1000
    with pytest.raises(FrameError, match=r"^Record 20000 "):
        list(chunks)


def test_pipe():
    generator = np.random.default_rng(0)
    features, labels = generator.random((3000, 7)), generator.random(3000)
    reading, writing = os.pipe()

    def fill() -> None:
        with os.fdopen(writing, "wb", buffering=0) as file:
            for start in range(0, 3000, 77):
                write(file, features[start : start + 77], labels[start : start + 77])

    writer = threading.Thread(target=fill)
    writer.start()
    with os.fdopen(reading, "rb", buffering=0) as file:
        chunks = list(read(file, rows_per_chunk=100))
    writer.join()
    assert [len(chunk) for chunk, _ in chunks] == [100] * 30
    np.testing.assert_array_equal(np.concatenate([chunk for chunk, _ in chunks]), features)
    np.testing.assert_array_equal(np.concatenate([chunk for _, chunk in chunks]), labels)


def test_single_byte_reads():
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 1, 1))

    features = np.arange(12.0).reshape(4, 3)
    (found, _), *rest = read(Slow(dumps(features)))
    assert not rest
    np.testing.assert_array_equal(found, features)


def test_reading_starts_at_position():
    file = io.BytesIO(b"heading" + dumps([[1.0]]))
    file.seek(len(b"heading"))
    assert [features.tolist() for features, _ in read(file)] == [[[1.0]]]
