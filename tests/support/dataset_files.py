"""Data set files for tests: a valid one, and random changes of it."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import strategies as st

ABALONE = """\
name = "abalone"
title = { en = "Abalone", ko = "전복" }
slices = ["sex"]

[reading]
header = false

[columns]
sex = "category"
length = { type = "number", unit = "mm", lowest = 0 }

[columns."shell weight"]
type = "number"

[columns.rings]
type = "integer"
meaning = "rings, which give the age"

[tasks.rings]
kind = "regression"
target = "rings"
gate = 3
minimum = 0

[tasks.old]
kind = "binary"
target = "rings"
above_quantile = 0.8
gate = 0.7

[split]
shares = [
    0.7,
    0.2,  # validation
    0.1,
]

[[rules]]
feature = "length"
value = 0
predict = 1
tasks = ["rings"]
"""

KEYS = sorted({*re.findall(r"[a-z_]+", ABALONE), "code", "options", "words", "levels", "positive", "classes", "role"})
LEAVES = st.one_of(
    st.sampled_from([*KEYS, "time", "groups", "boolean", "datetime", "multiclass", "x.py"]),
    st.text(st.characters(codec="utf-8"), max_size=90),
    st.integers(),
    st.floats(),
    st.booleans(),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner, max_size=3),
    max_leaves=8,
)


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(str(key))} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, float):
        return repr(value).replace("e", ".0e") if "e" in repr(value) and "." not in repr(value) else repr(value)
    return json.dumps(value).replace("\x7f", "\\u007f") if isinstance(value, str) else str(value).lower()


@st.composite
def changed_files(draw):
    """Texts of TOML: a valid file, some of whose values and keys are replaced."""
    lines = ABALONE.splitlines()
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        key = lines[at].partition("=")[0].strip()
        change = draw(st.integers(0, 3))
        if change == 0:
            lines[at] = f"{key} = {toml(draw(VALUES))}"
        elif change == 1:
            lines[at] = f"{draw(st.sampled_from(KEYS))} = {toml(draw(VALUES))}"
        elif change == 2:
            del lines[at]
        else:
            lines.insert(at, draw(st.sampled_from(lines)))
    return "\n".join(lines)


def any_texts():
    """Texts that are a data set file with changes, TOML with its keys, or anything."""
    tables = st.dictionaries(st.sampled_from(KEYS), VALUES)
    lines = tables.map(lambda content: "".join(f"{toml(key)} = {toml(value)}\n" for key, value in content.items()))
    return changed_files() | lines | st.text(st.characters(codec="utf-8"))
