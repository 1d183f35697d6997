"""What `dataset init` writes of a table is read by preprocessing, whatever the spellings of its columns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipelines.data.inspection.document import as_toml
from pipelines.data.inspection.proposal import propose
from pipelines.errors import BadInput
from processing_scripts import preprocess

SPELLINGS: dict[str, Any] = {
    "number": lambda r, n, mark: [f"{x:.2f}".replace(".", mark) for x in r.normal(0, 50, n)],
    "percent": lambda r, n, mark: [f"{x:.1f} %".replace(".", mark) for x in r.uniform(0, 99, n)],
    "money": lambda r, n, mark: [f"-€{x:.2f}".replace(".", mark) for x in r.gamma(2, 9, n)],
    "weight": lambda r, n, mark: [f"{x:.1f}kg".replace(".", mark) for x in r.gamma(2, 9, n)],
    "huge": lambda r, n, mark: r.integers(10**17, 10**18, n).astype(str),
    "clock": lambda r, n, mark: [
        f"{h}:{m:02}" for h, m in zip(r.integers(0, 24, n), r.integers(0, 60, n), strict=True)
    ],
    "half": lambda r, n, mark: [f"{1 + h % 12}:05 {'AM' if h < 12 else 'pm'}" for h in r.integers(0, 24, n)],
    "day": lambda r, n, mark: (pd.Timestamp("2020-01-01") + pd.to_timedelta(r.integers(0, 999, n), "D")).strftime(
        "%d.%m.%Y"
    ),
    "time": lambda r, n, mark: pd.date_range("2021-01-01", periods=n, freq="h").strftime("%Y-%m-%d %H:%M"),
    "truth": lambda r, n, mark: r.choice(["True", "False"], n),
    "도시": lambda r, n, mark: r.choice(["서울", "부산, 해운대", 'say "no"', "two\nlines"], n),
    "mixed": lambda r, n, mark: r.choice(["1", "2", "many", "-"], n),
    "empty": lambda r, n, mark: [""] * n,
    "constant": lambda r, n, mark: ["7 kg"] * n,
    "key id": lambda r, n, mark: [f"K{i:04}" for i in r.permutation(n)],
}
VARIED = {"number", "percent", "money", "weight", "day", "time"}
TARGETS: dict[str, Any] = {
    "sum": lambda r, n, mark: [f"{x:.1f} $".replace(".", mark) for x in r.normal(50, 9, n)],
    "yes": lambda r, n, mark: r.choice(["ja", "nein"], n),
    "class": lambda r, n, mark: r.choice(["1 %", "2 %", "3 %", "4 %"], n),
}


@settings(max_examples=15, phases=[Phase.generate])
@given(
    names=st.lists(st.sampled_from([*SPELLINGS]), min_size=1, max_size=6, unique=True),
    target=st.sampled_from([*TARGETS]),
    layout=st.sampled_from([(",", "."), (";", ","), ("\t", ","), ("|", ".")]),
    missing=st.sampled_from(["", "NA", "?"]),
    gaps=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_described_table_is_preprocessed(tmp_path_factory, names, target, layout, missing, gaps, seed):
    random, (separator, mark) = np.random.default_rng(seed), layout
    made = {name: [*map(str, {**SPELLINGS, **TARGETS}[name](random, 240, mark))] for name in (*names, target)}
    table = pd.DataFrame(made)
    if gaps:
        table = table.mask(random.random(table.shape) < 0.05, missing)
        table.loc[5] = ""
    done = described_and_preprocessed(tmp_path_factory.mktemp("any"), table, target, separator)
    assert done == "" or (done.endswith(".") and "\n" not in done), done
    if VARIED & {*names}:  # rows that are the same are in one set, so that few different ones may leave a set empty
        assert done == ""


def described_and_preprocessed(folder: Path, table: pd.DataFrame, target: str, separator: str) -> str:
    """Return the sentence of a refusal, or an empty text."""
    data = folder / "input" / "data"
    data.mkdir(parents=True)
    (folder / "input" / "batch").symlink_to(data, target_is_directory=True)
    table.to_csv(data / "table.csv", index=False, sep=separator)
    try:
        proposal = propose(data / "table.csv", target)
    except BadInput as error:
        return str(error)
    (folder / "table.toml").write_text(as_toml(proposal, "table.csv", "table.csv"), encoding="utf-8")
    message = folder / "message"
    paths = ["--input", folder / "input", "--output", folder / "output", "--message", message]
    code = preprocess.main(["--dataset", str(folder / "table.toml"), *map(str, paths)])
    if code:
        return message.read_text(encoding="utf-8").strip()
    schema = json.loads((folder / "output" / "schema" / "schema.json").read_text(encoding="utf-8"))
    assert schema["features"]
    return ""
