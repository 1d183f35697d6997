"""The output of a process arrives in whole lines, whatever the writes."""

import io
import os
import threading

from hypothesis import given
from hypothesis import strategies as st

from local_sagemaker.containers.process.lines import whole_lines


def written(*pieces: bytes) -> list[str]:
    reader, writer = os.pipe()

    def write() -> None:
        with io.FileIO(writer, "w") as pipe:
            for piece in pieces:
                pipe.write(piece)

    thread = threading.Thread(target=write)
    thread.start()
    with io.FileIO(reader) as output:
        texts = list(whole_lines(output))
    thread.join()
    return texts


@given(st.lists(st.sampled_from([b"a", b"\n", b"\r", "é".encode(), b"two words\n"]), max_size=20))
def test_texts_end_with_a_newline(pieces: list[bytes]) -> None:
    texts = written(*pieces)
    assert all(text.endswith("\n") for text in texts)
    whole = b"".join(pieces).decode()
    assert "".join(texts) == (whole if whole.endswith("\n") or not whole else whole + "\n")


def test_more_than_a_pipe_holds_comes_whole() -> None:
    assert "".join(written(b"0123456789\n" * 50_000)) == "0123456789\n" * 50_000


def test_invalid_utf_8_is_replaced() -> None:
    assert written(b"\xff\n") == ["\ufffd\n"]


def test_a_line_that_does_not_end_is_cut() -> None:
    texts = written(b"x" * 5_000_000)
    assert "".join(texts).replace("\n", "") == "x" * 5_000_000
    assert max(map(len, texts)) < 1_200_000
