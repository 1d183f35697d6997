"""Tables in a terminal and in a pipe."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.cli.common.rendering import table

HEADINGS = ("candidate", "validation rmse", "RMSE", "MAE", "note")
numbers = st.floats(-1e6, 1e6).map(lambda value: f"{value:,.4f}")
rows = st.lists(st.tuples(st.text("abc -", max_size=40), numbers, numbers, numbers, st.text("xyz ", max_size=90)))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@given(rows, st.integers(20, 200))
def test_no_width_of_the_terminal_loses_a_digit(rows, columns):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", Terminal())
        patch.setenv("COLUMNS", str(columns))
        text = re.sub(r"\x1b\[\d*m", "", table(HEADINGS, rows))
    shown = text.split()
    for row in rows:
        assert all(number in shown for number in row[1:4])


@given(rows, st.integers(0, 4))
def test_an_emphasized_row_changes_no_layout(rows, indent):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", Terminal())
        patch.setenv("COLUMNS", "400")
        plain = table(HEADINGS, rows, indent=indent)
        emphasized = re.sub(r"\x1b\[\d*m", "", table(HEADINGS, rows, indent=indent, bold=0))
    assert [line.rstrip() for line in emphasized.splitlines()] == plain.splitlines()


def test_wide_characters_keep_columns_aligned():
    assert table(("name", "n"), [("따릉이", "1"), ("ab", "25")]) == "name     n\n따릉이   1\nab      25\n"


@pytest.mark.parametrize("columns", ["20", "60"])
def test_a_pipe_gets_one_line_per_row_whatever_the_width(monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    text = table(("name", "note"), [("a" * 50, "b " * 50), ("c", "d")])
    assert [line.split()[0] for line in text.splitlines()] == ["name", "a" * 50, "c"]


def test_markup_in_a_cell_is_text():
    assert table(("name",), [("[bold]x[/bold]",)]) == "name\n[bold]x[/bold]\n"
