"""Messages quote at most 80 characters of a cell or a name of a file."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.errors import quoted as quoted_value
from processing_scripts.errors import LONGEST_QUOTE, PreprocessingError, quoted


@pytest.fixture(scope="module")
def frame(raw_frame):
    return raw_frame(hours=3 * 24)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 2),
    st.integers(0, 13),
    st.sampled_from(["", "1/2/", "01/12/2017", "-", "1,", "1.000.", "Winter", "Temperature"]),
    st.sampled_from(["x", "1", " ", ";", "한", "_", "0"]),
    st.integers(LONGEST_QUOTE + 1, 6000),
)
@example(0, 3, "Temperature", "x", 5000)
@example(2, 0, "1/2/", "1", 5000)
def test_messages_shorten_long_cells(frame, read, row, column, start, letter, length):
    cell = f"{start}{letter * length}"
    lines = [list(frame.columns), *frame.astype(str).to_numpy().tolist()]
    lines[row][column % len(lines[0])] = cell
    data = "\n".join(",".join(f'"{each}"' for each in line) for line in lines).encode()
    message = ""
    try:
        read(data)
    except PreprocessingError as error:
        message = str(error)
    assert letter * (LONGEST_QUOTE + 1) not in message


def test_messages_name_a_few_of_many_columns(frame, read):
    data = ",".join(f"column{number}" for number in range(5000)) + "\n" + frame.to_csv(index=False)
    with pytest.raises(PreprocessingError) as refused:
        read(data.encode())
    assert len(str(refused.value)) < 1000


@given(st.text(min_size=0, max_size=300))
def test_quotes_are_short(text):
    assert len(quoted(text)) <= LONGEST_QUOTE + 2
    assert len(quoted_value(text)) <= LONGEST_QUOTE + 2
    assert text[:10] in quoted(text)
