"""Several hosts of a preprocessing job write together what one host writes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing_scripts import recordio
from processing_scripts.preprocess import main
from processing_scripts.tables import source

TABLE = """
name = "t"
[columns]
id = {{ type = "integer", role = "key" }}
size = "number"
kind = "category"
day = {{ type = "datetime", role = "{day}" }}
group = {{ type = "category", role = "{group}" }}
answer = {{ type = "category", role = "target" }}
price = "number"
[tasks.answer]
kind = "binary"
target = "answer"
positive = "yes"
gate = 0.5
[tasks.dear]
kind = "binary"
target = "price"
above_quantile = 0.5
gate = 0.5
[split]
by = "{by}"
[[rules]]
feature = "size"
value = 0
predict = 0
tasks = ["answer"]
left_out_of = {{ answer = ["train"] }}
"""


def table(rows: int, seed: int) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "id": generator.permutation(rows),
            "size": generator.integers(0, 9, rows),
            "kind": generator.choice(["a", "b", "c", "?"], rows),
            "day": pd.date_range("2020-01-01", periods=rows)[generator.permutation(rows)],
            "group": generator.integers(0, max(rows // 4, 1), rows),
            "answer": generator.choice(["yes", "no"], rows),
            "price": generator.normal(size=rows).round(3),
        }
    )


def run(folder: Path, output: str, *arguments: str, host: int = 0, hosts: int = 1, files: int = 1) -> str:
    """Run the job on one host of several; return its message."""
    resources = folder / "resourceconfig.json"
    names = [f"algo-{number + 1}" for number in range(hosts)]
    resources.write_text(json.dumps({"current_host": names[host], "hosts": names}))
    message = folder / f"{output}-message"
    message.unlink(missing_ok=True)
    paths = ["--input", str(folder), "--output", str(folder / output), "--message", str(message)]
    main([*arguments, *paths, "--files", str(files), "--resource-config", str(resources)])
    return message.read_text() if message.exists() else ""


def written(output: Path) -> tuple[dict[str, Counter[object]], dict[str, bytes]]:
    """The rows of each set, beside their keys where every key has one; and the other files."""
    rows: dict[str, Counter[object]] = {}
    for path in output.rglob("*.csv"):
        folder = str(path.relative_to(output)).removesuffix(".csv").partition("-")[0]
        lines: list[object] = list(path.read_text().splitlines())
        set_ = "batch" if folder == "batch/data" else folder.removeprefix("dear/").removesuffix("/data")
        keys = output / "keys" / path.name.replace("data", set_)
        if keys.exists() and set_ != folder:
            lines = list(zip(keys.read_text().splitlines()[1:], lines, strict=True))
        rows.setdefault(folder, Counter()).update(lines[1:] if folder.startswith("keys/") else lines)
    return rows, {path.name: path.read_bytes() for path in output.rglob("*") if path.suffix in {".json", ".html"}}


@settings(max_examples=12, deadline=None)
@given(
    rows=st.integers(80, 300),
    seed=st.integers(0, 1000),
    by=st.sampled_from(["rows", "classes", "groups", "time"]),
    hosts=st.integers(1, 3),
    files=st.integers(1, 3),
    other_batch=st.booleans(),
    chunk=st.sampled_from([7, 64, 50_000]),
)
def test_hosts_write_the_rows_of_one_host(tmp_path_factory, rows, seed, by, hosts, files, other_batch, chunk):
    folder = tmp_path_factory.mktemp("hosts")
    roles = {"day": "time" if by == "time" else "feature", "group": "group" if by == "groups" else "ignore"}
    (folder / "t.toml").write_text(TABLE.format(by=by, **roles))
    for name, of in (("data", seed), ("batch", seed + other_batch)):
        (folder / name).mkdir()
        table(rows, of).to_csv(folder / name / "t.csv", index=False)
    arguments = ("--dataset", str(folder / "t.toml"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source.TableFile.chunks, "__defaults__", (chunk,))
        alone = run(folder, "one", *arguments)
        for host in range(hosts):
            said = run(folder, "several", *arguments, host=host, hosts=hosts, files=hosts * files)
            assert said == alone, "all hosts refuse the data, or none"
    assert written(folder / "several") == written(folder / "one")


def test_hosts_share_the_rows_of_a_data_set_with_code(tmp_path, raw_frame, csv_bytes):
    for name in ("data", "batch"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "bikes.csv").write_bytes(csv_bytes(raw_frame()))
    assert run(tmp_path, "one") == ""
    for host in range(2):
        assert run(tmp_path, "several", "--batch-format", "recordio", host=host, hosts=2, files=2) == ""
    assert written(tmp_path / "several") == written(tmp_path / "one")
    formats = [tmp_path / "several" / folder / "regression" / "train" for folder in ("", "recordio")]
    for csv, binary in zip(*(sorted(folder.iterdir()) for folder in formats), strict=True):
        _, labels = recordio.loads(binary.read_bytes())
        assert pd.read_csv(csv, header=None)[0].tolist() == labels.tolist()
