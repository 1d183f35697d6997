"""Decisions and warnings of `dataset init`: fired by constructed tables, silent on clean ones."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn import datasets

from pipelines.data.inspection.document import as_toml
from pipelines.data.inspection.few_rows import FEW_ROWS, HYPERPARAMETERS
from pipelines.data.inspection.proposal import Proposal, propose
from pipelines.errors import BadInput
from processing_scripts.dataset_file.reader import read_dataset_file
from tests.support.public_tables import DATA

SEEDS = st.integers(0, 2**32 - 1)


def clean(seed: int, rows: int = 400) -> pd.DataFrame:
    """A table in which nothing is suspicious, and each target needs several features."""
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "age": random.integers(18, 80, rows),
            "income": np.round(random.lognormal(8, 1, rows), 2),
            "height": np.round(random.normal(170, 10, rows), 1),
            "city": random.choice(["Seoul", "Busan", "Daegu"], rows),
            "member": random.choice(["yes", "no"], rows),
        }
    )
    score = table["age"] / 15 + np.log(table["income"]) + (table["city"] == "Seoul") + random.normal(0, 1, rows)
    table["spent"] = np.round(score * 10, 2)
    table["churned"] = np.where(score > score.median(), "yes", "no")
    table["segment"] = pd.qcut(score + random.normal(0, 1, rows), 4, labels=["a", "b", "c", "d"]).astype(str)
    return table


def proposed(folder: Path, table: pd.DataFrame, target: str, **options: Any) -> Proposal:
    """Propose for a CSV file, and check that the data set file can be read."""
    file = folder / "table.csv"
    table.to_csv(file, index=False, **options)
    proposal = propose(file, target)
    written = folder / "table.toml"
    written.write_text(as_toml(proposal, str(file), str(file)), encoding="utf-8")
    dataset = read_dataset_file(written)
    assert [column.name for column in dataset.columns] == list(table.columns)
    assert {column.name: column.role for column in dataset.columns} == roles(proposal)
    if proposal.task.positive is not None:
        (task,) = dataset.tasks
        assert (task.negative, task.positive) == task.classes == proposal.task.classes
    return proposal


def only(table: pd.DataFrame, target: str) -> pd.DataFrame:
    others = [name for name in ("spent", "churned", "segment") if name != target]
    return table.drop(columns=others)


def roles(proposal: Proposal) -> dict[str, str]:
    return {column.name: column.role for column in proposal.columns}


@settings(max_examples=8)
@given(SEEDS, st.sampled_from([("spent", "regression"), ("churned", "binary"), ("segment", "multiclass")]))
def test_clean_tables_have_no_warnings(tmp_path_factory, seed, target):
    proposal = proposed(tmp_path_factory.getbasetemp(), only(clean(seed), target[0]), target[0])
    assert proposal.warnings == ()
    assert proposal.task.kind == target[1]
    assert set(roles(proposal).values()) == {"feature", "target"}


@pytest.mark.parametrize("rows", [400, 1200])
@pytest.mark.parametrize("target", ["spent", "churned"])
def test_few_rows_get_shallow_trees_and_folds(tmp_path, rows, target):
    proposed(tmp_path, only(clean(1, rows), target), target)
    (task,) = read_dataset_file(tmp_path / "table.toml").tasks
    few = rows < FEW_ROWS
    assert task.hyperparameters == (HYPERPARAMETERS if few else {})
    assert task.early_stopping == ("log_loss" if few and target == "churned" else None)
    assert task.folds == (5 if few else 1)


@settings(max_examples=8)
@example(34902423, "spent", "copy")  # a row far from all others
@given(SEEDS, st.sampled_from(["spent", "churned", "segment"]), st.sampled_from(["copy", "code", "noisy"]))
def test_a_feature_that_gives_the_target_away_is_ignored(tmp_path_factory, seed, target, how):
    table = only(clean(seed), target)
    if target == "spent":
        noise = np.random.default_rng(seed).normal(0, 0.01 if how == "noisy" else 0, len(table))
        table["later"] = 3 * table["spent"] + 1 + noise
    else:
        table["later"] = table[target] if how == "copy" else pd.factorize(table[target])[0] + 0.5
    proposal = proposed(tmp_path_factory.getbasetemp(), table, target)
    assert roles(proposal)["later"] == "ignore"
    assert [warning for warning in proposal.warnings if "give" in warning] == list(proposal.warnings)
    assert len(proposal.warnings) == 1


@settings(max_examples=5)
@given(SEEDS, st.sampled_from(["+", "-"]))
def test_columns_that_add_up_to_the_target_are_ignored(tmp_path_factory, seed, sign):
    table = only(clean(seed), "spent")
    random = np.random.default_rng(seed)
    table["casual"] = random.integers(0, 300, len(table))
    table["registered"] = random.integers(0, 300, len(table))
    table["spent"] = table["casual"] + table["registered"] if sign == "+" else table["casual"] - table["registered"]
    proposal = proposed(tmp_path_factory.getbasetemp(), table, "spent")
    assert roles(proposal)["casual"] == roles(proposal)["registered"] == "ignore"
    assert f"casual {sign} registered is the target" in proposal.warnings[0]


def test_three_columns_that_add_up_to_the_target_are_ignored(tmp_path):
    table = only(clean(3), "spent")
    random = np.random.default_rng(3)
    for name in ("one", "two", "three"):
        table[name] = random.integers(0, 300, len(table))
    table["spent"] = table["one"] + table["two"] + table["three"]
    ignored = [name for name, role in roles(proposed(tmp_path, table, "spent")).items() if role == "ignore"]
    assert ignored == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("name", "values", "warning"),
    [
        ("number", lambda n, r: range(1, n + 1), "Column 'number' identifies the rows"),
        ("customerID", lambda n, r: r.permutation(n) + 10_000, "Column 'customerID' identifies the rows"),
        ("place", lambda n, r: r.permutation(n) + 7, "Column 'place' identifies the rows"),
        ("account", lambda n, r: 10**17 + 7 * r.permutation(n), "Column 'account' identifies the rows"),
        ("주문번호", lambda n, r: 3 * r.permutation(n), "Column '주문번호' identifies the rows"),
        ("code", lambda n, r: [f"K-{i:05d}" for i in r.permutation(n)], "Column 'code' identifies the rows"),
        ("country", lambda n, r: ["KR"] * n, "Column 'country' has the same value in all rows"),
        ("nothing", lambda n, r: [None] * n, "Column 'nothing' is empty"),
        ("note", lambda n, r: [f"the {i}th note of ours" for i in r.permutation(n)], "Column 'note' is text"),
        ("street", lambda n, r: [f"street {i}" for i in r.integers(0, 150, n)], "Column 'street' has 1"),
        ("amount", lambda n, r: ["about 5", *r.integers(0, 90, n - 1)], "in row 1 is no number"),
        ("sensor", lambda n, r: np.where(r.random(n) < 0.1, -999, r.integers(0, 90, n)), "the number -999 in"),
    ],
)
def test_suspicious_columns_are_named(tmp_path, name, values, warning):
    table = only(clean(1), "churned")
    table.insert(2, name, list(values(len(table), np.random.default_rng(1))))
    proposal = proposed(tmp_path, table, "churned")
    assert [warning in each for each in proposal.warnings] == [True]


def test_few_numbers_and_texts_are_a_category(tmp_path):
    table = only(clean(1), "churned")
    table["doors"] = np.random.default_rng(1).choice(["2", "3", "more"], len(table))
    proposal = proposed(tmp_path, table, "churned")
    assert [column.type for column in proposal.columns if column.name == "doors"] == ["category"]


@pytest.mark.parametrize(
    ("sign", "written"),
    [
        ("%", "{:.1f}%"),
        ("€", "€ {:.1f}"),
        ("$", "-${:,.2f}"),
        ("원", "{:,.0f}원"),
        ("kg", "{:.1f} kg"),
        (None, "No {:.1f}"),
    ],
)
def test_signs_of_numbers_are_written(tmp_path, sign, written):
    table = only(clean(1), "spent")
    table["share"] = [written.format(number) for number in np.random.default_rng(1).normal(5000, 9, len(table))]
    table.loc[7, "share"] = "n.a." if sign else ""
    proposal = proposed(tmp_path, table, "spent")
    dataset = read_dataset_file(tmp_path / "table.toml")
    share = next(column for column in dataset.columns if column.name == "share")
    assert (share.sign, share.type in {"number", "integer"}) == (sign, sign is not None)
    assert dataset.reading.grouping == ("," if "," in written else None)
    assert any("share" in warning for warning in proposal.warnings) == (sign is None)


def test_numbers_with_a_sign_may_be_the_target(tmp_path):
    table = only(clean(1), "spent")
    table["spent"] = [f"{number:.2f} €".replace(".", ",") for number in table["spent"]]
    assert proposed(tmp_path, table, "spent", sep=";", decimal=",").task.kind == "regression"
    dataset = read_dataset_file(tmp_path / "table.toml")
    assert (dataset.columns[-1].sign, dataset.reading.decimal) == ("€", ",")


def test_a_text_among_signed_numbers_leaves_them_texts(tmp_path, monkeypatch):
    monkeypatch.setattr("processing_scripts.reading.files.BLOCK_BYTES", 4096)
    table = only(clean(1, 2000), "churned")
    table["size"] = np.random.default_rng(1).choice(["5 kg", "10 kg", "20 kg"], len(table))
    table.loc[len(table) - 1, "size"] = "about 5 kg"
    size = next(column for column in proposed(tmp_path, table, "churned").columns if column.name == "size")
    assert (size.type, size.sign, size.levels[-1]) == ("category", None, "about 5 kg")


@pytest.mark.parametrize("written", ["%H:%M", "%H:%M:%S", "%I:%M %p"])
def test_times_of_day_are_found(tmp_path, written):
    table = only(clean(1), "churned")
    table["opened"] = pd.date_range("2024-01-01", periods=len(table), freq="11min").strftime(written)
    types = {column.name: column.type for column in proposed(tmp_path, table, "churned").columns}
    assert types["opened"] == "time_of_day"
    table["opened"] = "before " + table["opened"]
    types = {column.name: column.type for column in proposed(tmp_path, table, "churned").columns}
    assert types["opened"] in {"category", "text"}


def test_numbers_with_several_meanings_are_reported(tmp_path):
    table = only(clean(1), "churned")[["age", "city", "churned"]]
    table["visits"] = [f"{number:,}" for number in np.random.default_rng(1).integers(1000, 9000, len(table))]
    (warning,) = proposed(tmp_path, table, "churned").warnings
    assert warning.startswith("Column 'visits': ")
    assert "a comma separates thousands; if that is wrong, correct decimal and grouping" in warning
    assert read_dataset_file(tmp_path / "table.toml").reading.grouping == ","


def test_blank_rows_are_reported(tmp_path):
    table = only(clean(1), "spent")
    blank = pd.DataFrame([[None] * len(table.columns)] * 3, columns=table.columns)
    warnings = proposed(tmp_path, pd.concat([table.astype(object), blank]), "spent").warnings
    assert warnings[0].startswith("3 rows are empty in all columns, so they are left out.")
    assert not any("copies" in warning for warning in warnings)


def test_copies_of_rows_are_reported(tmp_path):
    table = only(clean(2), "spent")
    again = table.sample(40, random_state=1)
    assert "copies of an earlier row" in proposed(tmp_path, pd.concat([table, again]), "spent").warnings[0]
    narrow = pd.concat([table, again])[["income", "city", "spent"]]
    assert "copies of an earlier row" in proposed(tmp_path, narrow, "spent").warnings[0]
    nearly = again.assign(income=again["income"] * 1.0001, spent=again["spent"] + 0.01)
    [warning] = proposed(tmp_path, pd.concat([table, nearly]), "spent").warnings
    assert "nearly the same as an earlier row" in warning


def test_rows_in_the_order_of_time_are_split_by_time(tmp_path):
    table = only(clean(4), "spent")
    table["day"] = pd.date_range("2023-01-01", periods=len(table)).strftime("%d.%m.%Y")
    proposal = proposed(tmp_path, table, "spent")
    assert (proposal.split, roles(proposal)["day"]) == ("time", "time")
    assert "A random split would only test interpolation" in proposal.warnings[0]
    shuffled = proposed(tmp_path, table.sample(frac=1, random_state=0), "spent")
    assert (shuffled.split, roles(shuffled)["day"], shuffled.warnings) == ("rows", "feature", ())


@pytest.mark.parametrize("name", ["customer_id", "customer", "Patient", "bank client"])
def test_rows_of_one_customer_stay_together(tmp_path, name):
    table = only(clean(5), "churned")
    table[name] = np.random.default_rng(5).integers(0, 100, len(table)) + 5000
    proposal = proposed(tmp_path, table, "churned")
    assert (proposal.split, roles(proposal)[name]) == ("groups", "group")


def test_rows_without_a_time_prevent_the_split_by_time(tmp_path):
    table = only(clean(1), "churned")
    table["day"] = pd.date_range("2024-01-01", periods=len(table)).strftime("%Y-%m-%d")
    table.loc[7, "day"] = ""
    proposal = proposed(tmp_path, table, "churned")
    assert proposal.split == "classes"
    assert "Column 'day' orders the rows in time, but is empty" in proposal.warnings[-1]


def test_rare_classes_are_reported(tmp_path):
    table = only(clean(6), "segment")
    table.loc[:5, "segment"] = "rare"
    [warning] = proposed(tmp_path, table, "segment").warnings
    assert "Of the 5 classes, 1 has fewer than 20 rows ('rare' 6)" in warning


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes"])
def test_scikit_learns_tables_have_no_warnings(tmp_path, name):
    table = getattr(datasets, f"load_{name}")(as_frame=True).frame
    proposal = proposed(tmp_path, table, "target")
    kinds = {"diabetes": "regression", "breast_cancer": "binary"}
    assert (proposal.task.kind, proposal.warnings) == (kinds.get(name, "multiclass"), ())


@pytest.mark.skipif(DATA not in os.environ, reason=f"{DATA} names no folder with the public tables")
def test_public_tables():
    tables = Path(os.environ[DATA])
    abalone = propose(tables / "abalone.csv", "9")
    assert (abalone.target, abalone.task.kind, abalone.warnings) == ("column_9", "regression", ())
    bank = propose(tables / "bank-full.csv", "y")
    assert (bank.task.kind, bank.task.positive, bank.warnings) == ("binary", "yes", ())
    bikes = propose(tables / "washington-bikes-hour.csv", "cnt")
    ignored = [name for name, role in roles(bikes).items() if role == "ignore"]
    assert (ignored, bikes.split) == (["instant", "casual", "registered"], "time")


@pytest.mark.parametrize(
    ("table", "target", "sentence"),
    [
        ("a,b\n" + "1,2\n" * 30, "c", r"has no column 'c'\. Its columns: a, b"),
        ("a,b\n" + "1,2\n" * 30, "b", "The target 'b' has the same value in all rows"),
        ("a,b\n1,2\n", "b", "has 1 rows only"),
        ("a\n" + "1\n" * 30, "a", "has one column only"),
        ("a,a\n" + "x,2\n" * 30, "a", "has two columns with the name 'a'"),
        ("a,b\n" + "x,2\n" * 30 + "y,2,3\n", "b", r"Line 32 of .* has 3 cells where the first line has 2"),
        ("", "b", "is empty"),
    ],
)
def test_refuses_tables_in_a_sentence(tmp_path, table, target, sentence):
    file = tmp_path / "table.csv"
    file.write_text(table)
    with pytest.raises(BadInput, match=sentence):
        propose(file, target)
